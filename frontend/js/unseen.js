// Tells the app when a reply has ended and nobody was looking, so that the
// desktop can say so; and shows the chat that its notice is clicked for.
import { all } from './behaviours.js';
import htmx from './htmx.js';
import { on, unseen } from './wails.js';

export function connect() {
  return all(
    on('reply', ({ turn, final }) => { if (final && (document.hidden || !document.hasFocus())) unseen(turn).catch(() => {}); }),
    on('open', (chat) => htmx.ajax('GET', `/chats/${chat}`, { source: '#sidebar', target: '#conversation', swap: 'outerHTML' })),
  );
}
