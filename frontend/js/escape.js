// Escape does one thing at a time: whatever is nearest to the user takes it
// first (the palette, a menu, a rename, a dialog, the drawer do so themselves),
// then the layer closes, then the reply that is being written stops.
import { listen } from './behaviours.js';
import { leave } from './layer.js';

export function connect(body) {
  return listen(body, 'keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    if (document.querySelector('dialog[open]')) return;
    if (leave()) event.preventDefault();
    else if (document.querySelector('#turns[aria-busy="true"]')) document.querySelector('#composer .stop').click();
  });
}
