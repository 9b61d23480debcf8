package app

import "context"

// listRoutes are the routes of what stands around the conversation: the list of
// chats, its folders and menus, search, and import. Those that change something
// are answered with the list as it is then, and, where something went away, with
// a way back.
func (a *App) listRoutes() map[string]func(context.Context, request) (answer, error) {
	return map[string]func(context.Context, request) (answer, error){
		"GET /chats":                 a.getSidebar,
		"GET /chats/older":           a.getOlder,
		"GET /search":                a.getSearch,
		"GET /menu":                  a.getMenu,
		"POST /chats/delete":         a.postDeleteChats,
		"POST /chats/restore":        a.postRestoreChats,
		"POST /chats/pin":            a.postPinChats,
		"POST /chats/move":           a.postMoveChats,
		"POST /chats/{id}/title":     a.postTitle,
		"POST /chats/{id}/restore":   a.postRestore,
		"POST /chats/{id}/view":      unlessGone(a.postView),
		"DELETE /chats/{id}":         a.deleteChat,
		"POST /folders":              a.postFolder,
		"POST /folders/{id}/name":    a.postFolderName,
		"POST /folders/{id}/delete":  a.postDeleteFolder,
		"POST /folders/{id}/restore": a.postRestoreFolder,
		"GET /import":                a.getImport,
		"GET /import/{id}":           a.getImportPreview,
		"POST /import/{id}":          a.postImport,
		"POST /dropped":              a.postDropped,
		"POST /import/{id}/undo":     a.postImportUndo,
	}
}
