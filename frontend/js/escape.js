// Escape does one thing at a time: whatever is nearest to the user takes it
// first (the palette, a menu, a rename, a dialog, the drawer do so themselves).
// Then what is open closes, the uppermost first. Only then the reply that is
// being written stops; where there is none, the message box has the focus.
import { listen } from './behaviours.js';
import { leave } from './layer.js';

const closers = ['#find:not([hidden]) [data-close]', '#picked:not([hidden]) [data-picked="none"]'];

export function connect(body) {
  return listen(body, 'keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]')) return;
    event.preventDefault();
    if (leave()) return;
    const closer = document.querySelector(closers.join());
    if (closer) closer.click();
    else if (document.querySelector('#turns[aria-busy="true"]')) document.querySelector('#composer .stop').click();
    else document.getElementById('message').focus();
  });
}
