// Files that are dropped on the sidebar are chats to import.
import { all, listen } from './behaviours.js';
import { ask, upload } from './imports.js';
import { show } from './toasts.js';

export function connect(side) {
  function drop({ dataTransfer }) {
    const files = [...dataTransfer.files];
    if (files.length > 0) upload(files).catch((err) => show({ text: err.message, kind: 'error' }));
  }

  return all(
    listen(side, 'drop', drop),
    listen(document, 'do:import', ask),
  );
}
