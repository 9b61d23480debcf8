// Choosing several chats: Ctrl or Shift with a click, Space or Shift with the
// arrows. A bar then offers what can be done with them.
import { announce } from './announce.js';
import { all, listen } from './behaviours.js';
import { every, reach } from './gaps.js';
import htmx from './htmx.js';
import * as popup from './popup.js';
import { count } from './words.js';

export function connect(nav) {
  const bar = nav.querySelector('.picked');
  const boxes = () => every(nav, '.pick');
  const of = (box) => box.closest('.chat').dataset.chat;
  const chosen = () => boxes().filter((box) => box.checked);
  const ids = () => chosen().map(of).join(',');
  let anchor = null; // where a range begins
  let kept = new Set(); // the chats that are chosen: an answer may draw their rows anew

  function pick(box, on = !box.checked) {
    box.checked = on;
    anchor = box;
    update(true);
  }

  function range(to) {
    const list = boxes();
    const ends = [list.includes(anchor) ? list.indexOf(anchor) : list.indexOf(to), list.indexOf(to)].sort((a, b) => a - b);
    list.forEach((box, i) => { if (i >= ends[0] && i <= ends[1]) box.checked = true; });
    anchor ??= to;
    update(true);
  }

  function none() {
    for (const box of chosen()) box.checked = false;
    anchor = null;
    update();
  }

  function update(tell) {
    kept = new Set(chosen().map(of));
    const n = kept.size;
    if (n === 0 && bar.contains(document.activeElement)) nav.querySelector('.open[aria-current], .open, .new')?.focus();
    bar.hidden = n === 0;
    nav.parentElement.toggleAttribute('data-picking', n > 0);
    bar.querySelector('.count').textContent = n ? count('page.picked', n) : '';
    if (tell) announce(count('page.picked', n));
  }

  // Capturing, so that the chat is not opened as well.
  function onClick(event) {
    const row = event.target.closest('.chat > .open');
    if (event.target.matches('.pick')) { anchor = event.target; return update(true); }
    const does = event.target.closest('[data-picked]');
    if (does) return act(does);
    if (!row || !(event.ctrlKey || event.metaKey || event.shiftKey)) return undefined;
    event.preventDefault();
    event.stopImmediatePropagation();
    const box = row.parentElement.querySelector('.pick');
    return event.shiftKey ? range(box) : pick(box);
  }

  function onKey(event) {
    const row = event.target.closest('.chat > .open');
    if (event.key === 'Escape' && chosen().length > 0 && !event.target.matches('.rename *')) { event.preventDefault(); return none(); }
    if (!row) return undefined;
    const box = row.parentElement.querySelector('.pick');
    const arrow = event.shiftKey && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === ' ') pick(box);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) { for (const other of boxes()) other.checked = true; update(true); }
    else if (arrow) extend(box, arrow);
    else return undefined;
    return event.preventDefault();
  }

  function extend(box, by) {
    const list = boxes();
    const next = list[list.indexOf(box) + by];
    if (!next) return;
    anchor ??= box;
    box.checked = true;
    range(next);
    reach(next).closest('.chat').querySelector('.open').focus();
  }

  function settle() {
    if (kept.size > 0) for (const box of boxes()) box.checked ||= kept.has(of(box));
    update();
  }

  function act(button) {
    const what = button.dataset.picked;
    if (what === 'none') none();
    else if (what === 'delete') htmx.ajax('POST', '/chats/delete', { values: { chats: ids() }, source: nav, target: '#sidebar', swap: 'outerMorph' });
    else popup.open(`/menu?of=chats&chats=${ids()}&view=${what}`, button);
  }

  return all(
    listen(nav, 'click', onClick, { capture: true }),
    listen(nav, 'keydown', onKey),
    listen(document, 'htmx:after:swap', settle),
  );
}
