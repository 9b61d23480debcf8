// The sidebar: a column that can be put away, and on a narrow window a drawer
// over the conversation.
import { all, listen } from './behaviours.js';
import { every, reach } from './gaps.js';
import { post } from './http.js';

export function connect(win) {
  const [side, pane] = [win.querySelector('.side'), win.querySelector('.pane')];
  const opener = win.querySelector('.opener');
  const narrow = matchMedia('(width < 48rem)');

  let { chat } = document.getElementById('conversation').dataset; // the one that was opened last

  function set(open, { focus = true } = {}) {
    if (narrow.matches) {
      win.dataset.drawer = open ? 'open' : 'closed';
    } else {
      win.dataset.sidebar = open ? 'open' : 'closed';
      post('/settings/sidebar', { open }).catch(() => {});
    }
    update();
    if (!focus) return;
    const to = open ? reach(every(side, '[aria-current="true"]')[0]) ?? side.querySelector('.new') : opener;
    to.focus();
    if (document.activeElement !== to) requestAnimationFrame(() => to.focus()); // it is only now coming into sight
  }

  function update() {
    const open = narrow.matches ? win.dataset.drawer === 'open' : win.dataset.sidebar === 'open';
    opener.setAttribute('aria-expanded', open);
    pane.inert = narrow.matches && open;
  }

  function onKey(event) {
    if (event.key !== 'Escape' || event.defaultPrevented || !pane.inert) return;
    event.preventDefault();
    set(false);
  }

  // A chat that was opened is what the user wants to write in, or a turn of it to read.
  function onSwap({ detail: { ctx } }) {
    const [before, source] = [chat, ctx.sourceElement];
    ({ chat } = document.getElementById('conversation').dataset);
    if (ctx.target?.id !== 'conversation' || !source?.closest('.side, #conversation, .turnmenu')) return;
    if (chat === before && !source.closest('.side')) return; // an action on a turn: see turns.js
    if (pane.inert) set(false, { focus: false });
    const found = document.getElementById(document.querySelector('.scroller').dataset.at);
    if (found) found.tabIndex = -1;
    (found ?? document.getElementById('message')).focus({ preventScroll: true });
  }

  update();
  return all(
    listen(win, 'click', ({ target }) => { const button = target.closest('[data-drawer]:not(.window)'); if (button) set(button.dataset.drawer === 'open'); }),
    listen(win, 'keydown', onKey),
    listen(document, 'htmx:after:swap', onSwap),
    listen(narrow, 'change', () => { delete win.dataset.drawer; update(); }),
  );
}
