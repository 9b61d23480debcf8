// The one module that talks to Wails. In a plain browser nothing happens.
const runtime = window.runtime;

/** Calls handler for each event of that name; returns what stops it. */
export const on = (name, handler) => runtime?.EventsOn(name, handler) ?? (() => {});

/** Puts text on the clipboard. */
export const copy = (text) => runtime?.ClipboardSetText(text) ?? Promise.resolve(false);

/** Makes the window's contents larger (1), smaller (-1) or as usual (0); resolves to percent. */
export const zoom = (step) => window.go?.app.Window.Zoom(step) ?? Promise.resolve(0);

/** Says that nobody was looking when a reply ended. */
export const unseen = (turn) => window.go?.app.Window.Unseen(turn) ?? Promise.resolve();

/** As exportChat, for several chats; none means all. */
export const exportChats = (chats, format) => window.go.app.Window.ExportChats(chats, format);

/** Asks for a file name and saves the chat there; resolves to the path, or '' when the user cancelled. */
export const exportChat = (chat, format) => window.go.app.Window.ExportChat(chat, format);
