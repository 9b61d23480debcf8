// A menu in a <details>: closes on Escape, on a choice, and when the focus or
// the pointer goes elsewhere.
import { all, listen } from './behaviours.js';

export function connect(menu) {
  const close = () => { menu.open = false; };
  return all(
    listen(menu, 'keydown', (event) => {
      if (event.key !== 'Escape' || !menu.open) return;
      event.preventDefault();
      close();
      menu.querySelector('summary').focus();
    }),
    listen(menu, 'click', ({ target }) => target.closest('.choices > button') && close()),
    listen(menu, 'focusout', ({ relatedTarget }) => relatedTarget && !menu.contains(relatedTarget) && close()),
    listen(document, 'pointerdown', ({ target }) => menu.contains(target) || close()),
  );
}
