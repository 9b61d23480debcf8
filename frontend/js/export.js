// The buttons that save the chat as a file, through the system's dialog.
import { listen } from './behaviours.js';
import { show } from './toasts.js';
import { exportChat } from './wails.js';
import { say } from './words.js';

export function connect(menu) {
  return listen(menu, 'click', ({ target }) => {
    const format = target.closest('[data-format]')?.dataset.format;
    if (format) save(exportChat(Number(menu.closest('[data-chat]').dataset.chat), format));
  });
}

/**
 * Says where something was saved, or why it was not.
 * @param {Promise<string>} saving - the path, empty when the dialog was left
 */
export async function save(saving) {
  try {
    const path = await saving;
    if (path) show({ text: say('page.saved', path) });
  } catch (err) {
    show({ text: String(err.message ?? err), kind: 'error' });
  }
}
