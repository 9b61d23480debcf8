// The list of chats by keyboard and by its menus: arrows move, F2 renames,
// Delete deletes, the menu key opens what else there is to do.
import { all, listen } from './behaviours.js';
import { every, reach, standing } from './gaps.js';
import htmx from './htmx.js';
import { run } from './chatactions.js';
import { number } from './places.js';
import * as popup from './popup.js';
import { rename } from './rename.js';

export function connect(nav) {
  // Rows are what can be focused: chats, and the heads of folders.
  const rows = () => every(nav, '.chat > .open, .folder summary');
  const folded = (row) => !row.matches('summary') && standing(row).closest('details:not([open])');
  let lost = -1; // place in the list of a row that a swap may take away

  function step(row, by) {
    const list = rows();
    let at = list.indexOf(row) + by;
    while (list[at] && folded(list[at])) at += by;
    reach(list[at])?.focus();
  }

  function onKey(event) {
    const row = event.target;
    if (!row.matches('.chat > .open, .folder summary') || event.altKey) return;
    const item = row.closest('.chat, .folder');
    const actions = {
      ArrowDown: () => step(row, 1),
      ArrowUp: () => step(row, -1),
      Home: () => reach(rows()[0]).focus(),
      End: () => reach(rows().filter((other) => !folded(other)).at(-1)).focus(),
      ArrowRight: row.matches('summary') && (() => { row.parentElement.open = true; }),
      ArrowLeft: row.matches('summary') ? () => { row.parentElement.open = false; } : item.closest('.folder') && (() => item.closest('.folder').querySelector('summary').focus()),
      F2: () => rename(item),
      Delete: () => remove(item),
      ContextMenu: () => menu(item),
      F10: event.shiftKey && (() => menu(item)),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey || (event.shiftKey && event.key.startsWith('Arrow'))) return;
    event.preventDefault();
    actions[event.key]();
  }

  function remove(item) {
    lost = rows().indexOf(item.querySelector('.open, summary'));
    const path = item.dataset.chat ? `/chats/delete?chats=${picked(item)}` : `/folders/${item.dataset.folder}/delete`;
    htmx.ajax('POST', path, { source: item, target: '#sidebar', swap: 'outerMorph' });
  }

  // A row that is one of several chosen ones stands for them all.
  function picked(item) {
    const chosen = every(nav, '.pick:checked').map((box) => box.closest('.chat').dataset.chat);
    return chosen.includes(item.dataset.chat) ? chosen.join(',') : item.dataset.chat;
  }

  function menu(item, point) {
    const path = item.dataset.chat ? `/menu?of=chats&chats=${picked(item)}` : `/menu?of=folder&folder=${item.dataset.folder}`;
    lost = rows().indexOf(item.querySelector('.open, summary'));
    popup.open(path, item.querySelector('.open, summary'), point);
  }

  function onMenu(event) {
    const item = event.target.closest('.chat, .folder');
    if (!item || event.target.matches('input')) return;
    event.preventDefault();
    if (event.button === 2) menu(item, { x: event.clientX, y: event.clientY });
  }

  // What a part of the list that is kept does not know: where its chats went,
  // and which is shown.
  function settleOlder() {
    const older = every(nav.querySelector('#older'), '.chat');
    if (older.length === 0) return;
    const above = new Set([...nav.querySelectorAll('#chats > :not(#older) .chat')].map(({ id }) => id));
    const shown = document.getElementById('conversation')?.dataset.chat;
    for (const chat of older) {
      if (above.has(chat.id)) reach(chat).remove();
      else if (chat.dataset.chat === shown) chat.querySelector('.open').setAttribute('aria-current', 'true');
      else chat.querySelector('.open[aria-current]')?.removeAttribute('aria-current');
    }
  }

  // The page may hold a part of a list, so screen readers are told of the whole.
  function count() {
    for (const list of nav.querySelectorAll('ul[data-total]')) {
      const rows = (list.id === 'recent' ? ['recent', 'older'] : [list.id]).flatMap((id) => every(document.getElementById(id), '.chat'));
      number(rows, 1, Math.max(list.dataset.total, rows.length));
    }
  }

  // A new folder gets its name at once. A focus whose row is gone goes to the row
  // in its place.
  function settle() {
    settleOlder();
    count();
    const named = nav.querySelector('[data-named]');
    named?.removeAttribute('data-named');
    if (named) rename(named);
    else if (lost >= 0 && document.activeElement === document.body) (reach(rows()[Math.min(lost, rows().length - 1)]) ?? nav.querySelector('.new')).focus();
  }

  count();
  return all(
    listen(nav, 'keydown', onKey),
    listen(nav, 'click', ({ target }) => {
      const button = target.closest('[data-menu]');
      if (button) popup.open(button.dataset.menu, button);
    }),
    listen(nav, 'dblclick', ({ target }) => target.closest('.open') && rename(target.closest('.chat'))),
    listen(nav, 'contextmenu', onMenu),
    listen(nav, 'menu:do', ({ target, detail }) => run(detail, target.closest('.chat, .folder'))),
    listen(document, 'do:folder', () => htmx.ajax('POST', '/folders', { source: nav, target: '#sidebar', swap: 'outerMorph' })),
    listen(document, 'htmx:after:swap', settle),
  );
}
