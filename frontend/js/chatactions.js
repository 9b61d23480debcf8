// What menus have the page itself do with chats.
import { rename } from './rename.js';
import { show } from './toasts.js';
import { exportChats } from './wails.js';
import { say } from './words.js';

/** @param {{action: string, format?: string, chats?: string}} what - as menu.html names it */
export function run({ action, format, chats }, row) {
  if (action === 'rename') rename(row);
  else if (action === 'select') row.querySelector('.pick').click();
  else if (action === 'export') save(decodeURIComponent(chats), format);
  else document.dispatchEvent(new CustomEvent(`do:${action}`));
}

async function save(chats, format) {
  try {
    const path = await exportChats(chats === 'all' ? [] : chats.split(',').map(Number), format);
    if (path) show({ text: say('page.saved', path) });
  } catch (err) {
    show({ text: String(err.message ?? err), kind: 'error' });
  }
}
