// While a menu is open, what lies around it shows no tip: the desktop would draw
// it over the menu.
import { all, listen } from './behaviours.js';

export function connect(menu) {
  const tips = new Map(); // element → its title

  function take() {
    if (!menu.matches(':popover-open')) return;
    for (const el of document.querySelectorAll('[title]:hover')) {
      if (menu.contains(el)) continue;
      tips.set(el, el.title);
      el.removeAttribute('title');
    }
  }

  function give() {
    for (const [el, tip] of tips) el.title = tip;
    tips.clear();
  }

  take();
  return all(
    listen(document, 'pointerover', take),
    listen(menu, 'toggle', ({ newState }) => (newState === 'open' ? take() : give())),
    give,
  );
}
