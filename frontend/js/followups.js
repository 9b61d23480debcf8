// Puts a suggestion into the message box, to be edited before it is sent.
import { listen } from './behaviours.js';

export function connect(list) {
  return listen(list, 'click', ({ target }) => {
    const suggestion = target.closest('button');
    if (!suggestion) return;
    const box = document.getElementById('message');
    box.value = suggestion.dataset.text ?? suggestion.textContent;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    box.focus();
  });
}
