// Tells screen readers whether a fold is open. WebKit knows no <summary>: a fold
// is a button to it, and the button has to say.
import { listen } from './behaviours.js';

export function connect(page) {
  return listen(page, 'toggle', ({ target }) => {
    if (target.matches('details')) target.querySelector('summary').ariaExpanded = target.open;
  }, true); // which does not bubble
}
