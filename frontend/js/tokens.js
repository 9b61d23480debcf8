// A reply token by token. Arrows walk; what a token could have been instead shows
// beside it when it is pointed at or focused, and Enter leads into that list,
// where one that is chosen begins a branch.
import { all, listen } from './behaviours.js';
import { beside } from './beside.js';
import htmx from './htmx.js';

const rest = 120; // ms that the pointer rests before the list comes

export function connect(view) {
  const tokens = [...view.querySelectorAll('.stream > .token')];
  const place = view.querySelector('.place');
  const list = () => place.querySelector('.choice');
  let timer = 0;
  let loading = Promise.resolve();
  let wanted; // the token whose list is to show
  let shown; // the one whose list is there

  // One after the other, and only what is still wanted when its turn comes.
  function show(token) {
    wanted = token;
    loading = loading.then(() => (wanted === token ? load(token) : undefined)).catch(() => {}); // htmx has told it
    return loading;
  }

  async function load(token) {
    if (list()?.dataset.index !== token.dataset.index) await htmx.ajax('GET', `/turns/${view.dataset.turn}/choice?at=${token.dataset.index}`, { source: place, target: place, swap: 'innerHTML' });
    if (wanted !== token || !list()) return;
    shown = token;
    if (!list().matches(':popover-open')) list().showPopover(); // it may be there, and have come too late to show
    follow();
  }

  // The list stays beside its token when the window or the stream moves.
  function follow() {
    if (list()?.matches(':popover-open')) beside(list(), [...shown.getClientRects()]);
  }

  function go(token) {
    if (!token) return;
    for (const t of tokens) if (t.tabIndex === 0) t.tabIndex = -1;
    token.tabIndex = 0;
    token.focus();
  }

  async function enter(token) {
    await show(token);
    list()?.querySelector('[role="menuitem"]')?.focus();
  }

  const later = ({ target }) => {
    const token = target.closest('.stream > .token');
    clearTimeout(timer);
    if (token && !place.contains(document.activeElement)) timer = setTimeout(() => show(token), rest);
  };

  function onKey(event) {
    const item = event.target.closest('[role="menuitem"]');
    const at = tokens.indexOf(item ? wanted : event.target);
    if (at < 0) return;
    const items = [...place.querySelectorAll('[role="menuitem"]')];
    const i = items.indexOf(item);
    const actions = item
      ? { ArrowDown: () => items[(i + 1) % items.length].focus(), ArrowUp: () => items.at(i - 1).focus(), Escape: () => go(wanted), Tab: () => go(wanted) }
      : { ArrowRight: () => go(tokens[at + 1]), ArrowLeft: () => go(tokens[at - 1]), Home: () => go(tokens[0]), End: () => go(tokens.at(-1)),
          Enter: () => enter(tokens[at]), ' ': () => enter(tokens[at]), ArrowDown: () => enter(tokens[at]) };
    if (!actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  }

  function onClick({ target }) {
    const token = target.closest('.stream > .token');
    if (token) { go(token); enter(token); }
    if (target.closest('[role="menuitem"][hx-post]')) view.close();
  }

  const sized = new ResizeObserver(follow); // it stands in the middle: larger or smaller, all of it moves
  sized.observe(view);
  const undo = all(
    listen(view, 'keydown', onKey),
    listen(view, 'click', onClick),
    listen(view, 'mouseover', later),
    listen(view, 'focusin', ({ target }) => target.matches('.stream > .token') && show(target)),
    listen(view, 'scroll', follow, { capture: true, passive: true }), // whatever scrolls in it
    listen(window, 'resize', follow),
    () => sized.disconnect(),
    () => clearTimeout(timer),
  );
  go(tokens[0]);
  return undo;
}
