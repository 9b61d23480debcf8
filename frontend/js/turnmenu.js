// A menu that opens beside what asked for it, above everything else. Arrows, Home
// and End move; a letter that an item names chooses it; Escape and Tab close it
// and give the focus back.
import { all, listen } from './behaviours.js';
import { beside } from './beside.js';
import { show } from './toasts.js';
import { say } from './words.js';

export function connect(menu) {
  const turn = document.getElementById(`turn-${menu.dataset.turn}`);
  const opener = turn?.querySelector('[data-more]') ?? turn;
  const before = document.activeElement;
  const items = [...menu.querySelectorAll('[role="menuitem"]')];
  for (const item of items) item.tabIndex = -1;
  if (!opener) { menu.remove(); return undefined; } // the turn has gone before its menu came

  function close() {
    if (menu.matches(':popover-open')) menu.hidePopover();
  }

  function back() {
    if (!menu.contains(document.activeElement) && document.activeElement !== document.body) return;
    (before?.isConnected && before !== document.body ? before : turn)?.focus({ preventScroll: true });
  }

  function onKey(event) {
    const i = items.indexOf(document.activeElement);
    const to = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: -1 }[event.key];
    const named = items.find((item) => { const kbd = item.querySelector('kbd'); return kbd && (kbd.dataset.key ?? kbd.textContent) === event.key; });
    if (to !== undefined) items.at(to % items.length).focus();
    else if (event.key === 'Escape' || event.key === 'Tab') { close(); back(); }
    else if (named && !event.ctrlKey && !event.metaKey && !event.altKey) named.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onClick({ target }) {
    const item = target.closest('[role="menuitem"]');
    if (!item) return;
    if ('copy' in item.dataset) show({ text: say('page.copied') });
    back();
    close();
  }

  menu.showPopover();
  beside(menu, [opener.getBoundingClientRect()]);
  items[0]?.focus({ preventScroll: true });
  return all(
    listen(menu, 'keydown', onKey),
    listen(menu, 'click', onClick),
    listen(menu, 'toggle', ({ newState }) => newState === 'closed' && back()),
    listen(window, 'resize', close),
  );
}
