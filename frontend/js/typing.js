// The message box takes what is typed where nothing else takes letters: it has
// the focus when the window opens, and the first letter brings it back.
import { listen } from './behaviours.js';

const takesLetters = 'input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, select, [contenteditable], [popover], [role="menu"]';

const message = () => document.getElementById('message');

export function connect() {
  function onKey(event) {
    const { key, target, defaultPrevented, ctrlKey, metaKey, altKey } = event;
    if (defaultPrevented || ctrlKey || metaKey || altKey || key === ' ' || ([...key].length !== 1 && key !== 'Dead')) return; // a dead key begins a letter
    if (!target.closest?.(takesLetters) && !document.querySelector('dialog[open]')) message()?.focus({ preventScroll: true }); // in an inert pane it does not
  }

  if (document.activeElement === document.body) message()?.focus({ preventScroll: true });
  return listen(window, 'keydown', onKey); // after all that knows the key
}
