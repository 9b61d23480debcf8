// The buttons that save the chat as a file, through the system's dialog.
import { listen } from './behaviours.js';
import { show } from './toasts.js';
import { exportChat } from './wails.js';
import { say } from './words.js';

export function connect(menu) {
  return listen(menu, 'click', async ({ target }) => {
    const format = target.closest('[data-format]')?.dataset.format;
    if (!format) return;
    try {
      const path = await exportChat(Number(menu.closest('[data-chat]').dataset.chat), format);
      if (path) show({ text: say('page.saved', path) });
    } catch (err) {
      show({ text: String(err.message ?? err), kind: 'error' });
    }
  });
}
