package chat

// Folder holds chats that belong together.
type Folder struct {
	ID    int64
	Name  string
	Chats int // how many it lists; pinned ones stand elsewhere
}
