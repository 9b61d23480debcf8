// A dialog opens when it arrives, and is gone when it is closed.
import { all, listen } from './behaviours.js';

export function connect(dialog) {
  const before = document.activeElement;
  dialog.showModal();
  return all(
    listen(dialog, 'close', () => { dialog.remove(); before?.focus(); }),
    listen(dialog, 'click', ({ target }) => (target === dialog || target.closest('[data-close]')) && dialog.close()),
  );
}
