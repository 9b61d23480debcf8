// The dialog that asks for files to import: chosen, or dropped on it.
import { all, listen } from './behaviours.js';
import { upload } from './imports.js';

export function connect(dialog) {
  const error = dialog.querySelector('.error');

  async function take(files) {
    if (files.length === 0) return;
    dialog.setAttribute('aria-busy', 'true');
    error.textContent = '';
    try {
      await upload(files);
    } catch (err) {
      error.textContent = err.message;
    } finally {
      dialog.removeAttribute('aria-busy');
    }
  }

  return all(
    listen(dialog, 'change', ({ target }) => { take([...target.files]); target.value = ''; }),
    listen(dialog, 'drop', ({ dataTransfer }) => take([...dataTransfer.files])),
  );
}
