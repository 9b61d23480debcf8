// The one module that talks to Wails. In a plain browser nothing happens.
const runtime = window.runtime;

/** Calls handler for each event of that name; returns what stops it. */
export const on = (name, handler) => runtime?.EventsOn(name, handler) ?? (() => {});

/** Puts text on the clipboard. */
export const copy = (text) => runtime?.ClipboardSetText(text) ?? Promise.resolve(false);

/** As exportChat, for several chats; none means all. */
export const exportChats = (chats, format) => window.go.app.Window.ExportChats(chats, format);

/** Asks for a file name and saves the chat there; resolves to the path, or '' when the user cancelled. */
export const exportChat = (chat, format) => window.go.app.Window.ExportChat(chat, format);
