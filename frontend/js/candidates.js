// Several replies side by side: the keys 1 to 4 keep one, where nobody types;
// with Alt they do so everywhere.
import { listen } from './behaviours.js';

export function connect(section) {
  return listen(document, 'keydown', (event) => {
    const n = Number(/^(?:Digit|Numpad)([1-4])$/.exec(event.code)?.[1] ?? (/^[1-4]$/.test(event.key) ? event.key : 0));
    const typing = event.target.closest('input, textarea, [contenteditable]');
    if (!n || event.defaultPrevented || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]') || (typing && !event.altKey)) return;
    const keep = section.querySelectorAll('.keep')[n - 1];
    if (!keep) return;
    event.preventDefault();
    keep.click();
  });
}
