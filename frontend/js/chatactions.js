// What menus have the page itself do with chats.
import { save } from './export.js';
import { rename } from './rename.js';
import { exportChats } from './wails.js';

/** @param {{action: string, format?: string, chats?: string}} what - as menu.html names it */
export function run({ action, format, chats }, row) {
  if (action === 'rename') rename(row);
  else if (action === 'select') row.querySelector('.pick').click();
  else if (action === 'export') save(exportChats(ids(decodeURIComponent(chats)), format));
  else document.dispatchEvent(new CustomEvent(`do:${action}`));
}

const ids = (chats) => (chats === 'all' ? [] : chats.split(',').map(Number));
