// Files that are dropped on the sidebar are chats to import.
import { all, listen } from './behaviours.js';
import { ask, upload } from './imports.js';
import { show } from './toasts.js';

export function connect(side) {
  const holds = (event) => event.dataTransfer?.types.includes('Files');

  function over(event) {
    if (!holds(event)) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = 'copy';
    side.setAttribute('data-drop', '');
  }

  function drop(event) {
    side.removeAttribute('data-drop');
    if (!holds(event)) return;
    event.preventDefault();
    event.stopPropagation();
    upload([...event.dataTransfer.files]).catch((err) => show({ text: err.message, kind: 'error' }));
  }

  return all(
    listen(side, 'dragover', over),
    listen(side, 'dragleave', ({ relatedTarget }) => side.contains(relatedTarget) || side.removeAttribute('data-drop')),
    listen(side, 'drop', drop),
    listen(document, 'do:import', ask),
  );
}
