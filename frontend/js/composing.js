// The keys by which an input method composes, the Enter and Escape that end it
// among them, are its own: nothing else in the page hears them.
import { listen } from './behaviours.js';

const ended = 229; // keyCode of a key that an input method took: WebKit ends the composition before its last one

export function connect() {
  return listen(window, 'keydown', (event) => { if (event.isComposing || event.keyCode === ended) event.stopImmediatePropagation(); }, { capture: true });
}
