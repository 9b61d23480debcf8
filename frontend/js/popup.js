// A menu that opens beside what it is about. The app draws it; arrows walk it,
// Escape closes it, and the focus goes back where it came from.
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';

const gap = 8; // px that a menu keeps from the window's edge
const from = { opener: null, x: 0, y: 0 }; // where the menu was asked for

/** Opens the menu at path beside opener, or at the pointer's place. */
export function open(path, opener, point) {
  const box = opener.getBoundingClientRect();
  Object.assign(from, { opener, x: point?.x ?? box.left, y: point?.y ?? box.bottom });
  return htmx.ajax('GET', path, { source: '#popup', target: '#popup', swap: 'innerHTML' });
}

export function connect(menu) {
  const items = [...menu.querySelectorAll('[role="menuitem"]')];
  menu.showPopover();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(gap, Math.min(from.x, innerWidth - width - gap))}px`;
  menu.style.top = `${Math.max(gap, Math.min(from.y, innerHeight - height - gap))}px`;
  (items.find((item) => item.ariaCurrent) ?? items[0])?.focus();

  function close({ back = true } = {}) {
    if (!menu.matches(':popover-open')) return;
    menu.hidePopover();
    if (back) from.opener?.focus();
  }

  function onKey(event) {
    const at = items.indexOf(document.activeElement);
    const actions = {
      ArrowDown: () => items[(at + 1) % items.length].focus(),
      ArrowUp: () => items.at(at - 1).focus(),
      Home: () => items[0].focus(),
      End: () => items.at(-1).focus(),
      Escape: close,
      Tab: close,
    };
    const action = actions[event.key] ?? byLetter(event.key, at);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  function byLetter(key, at) {
    const next = [...items.slice(at + 1), ...items.slice(0, at + 1)].find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()));
    return key.length === 1 && key !== ' ' && next && (() => next.focus());
  }

  function onClick({ target }) {
    const item = target.closest('[role="menuitem"]');
    if (!item || item.hasAttribute('hx-get')) return; // another menu takes its place
    close();
    if (item.dataset.do) from.opener?.dispatchEvent(new CustomEvent('menu:do', { bubbles: true, detail: { action: item.dataset.do, format: item.dataset.format, chats: menu.dataset.chats } }));
  }

  return all(
    listen(menu, 'keydown', onKey),
    listen(menu, 'click', onClick),
    listen(menu, 'contextmenu', (event) => event.preventDefault()),
    listen(document, 'pointerdown', ({ target }) => menu.contains(target) || close({ back: false })),
    listen(window, 'resize', close),
    listen(window, 'blur', () => close({ back: false })),
  );
}
