// Escape stops the reply that is being written, unless something nearer to the
// user took the key: the palette, a menu, a dialog, the drawer, a rename.
import { listen } from './behaviours.js';

export function connect(body) {
  return listen(body, 'keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    if (document.querySelector('dialog[open]')) return;
    if (document.querySelector('#turns[aria-busy="true"]')) document.querySelector('#composer .stop').click();
  });
}
