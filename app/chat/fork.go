package chat

// OriginEdit marks a reply whose text the user has changed.
const OriginEdit = "edit"

// Fork says where a turn stands among its versions: the turns that share its
// parent, in the order in which they were made. The zero value is a turn that
// has no other version.
type Fork struct {
	Place    int   // counted from 1
	Count    int   // 2 or more
	Previous int64 // turn before it, 0 for the first
	Next     int64 // turn after it, 0 for the last
}

// Forks finds the fork of every turn in versions, which holds the ids of one
// place in order.
func Forks(versions []int64) map[int64]Fork {
	forks := make(map[int64]Fork, len(versions))
	for i, id := range versions {
		f := Fork{Place: i + 1, Count: len(versions)}
		if i > 0 {
			f.Previous = versions[i-1]
		}
		if i+1 < len(versions) {
			f.Next = versions[i+1]
		}
		forks[id] = f
	}
	return forks
}

// Deletion is what deleting a turn took with it.
type Deletion struct {
	ID        int64 // names it for its undo
	Chat      int64
	Turns     int // how many turns went
	Elsewhere int // how many of them were on other branches
}

// Queued is a message that waits for the end of the reply that is being
// written.
type Queued struct {
	ID    int64
	Chat  int64
	Text  string
	Files []Attachment // where Store.Queue gave it
}
