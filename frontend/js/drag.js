// Drags chats into folders, and out of them. By pointer events: the web view's
// own dragging does not begin on a button.
import { all, listen } from './behaviours.js';
import { every } from './gaps.js';
import htmx from './htmx.js';

const slop = 6; // px that the pointer may tremble before it is a drag

export function connect(nav) {
  let held = null; // {row, x, y, moving}
  let dragged = false; // the click that follows belongs to a drag, and opens nothing

  function down(event) {
    dragged = false;
    const row = event.target.closest('.chat');
    if (!row || event.button !== 0 || event.pointerType === 'touch' || !event.target.closest('.open')) return;
    held = { row, x: event.clientX, y: event.clientY, moving: false };
  }

  function move(event) {
    if (!held) return;
    if (!held.moving && Math.hypot(event.clientX - held.x, event.clientY - held.y) < slop) return;
    if (!held.moving) {
      held.moving = true;
      held.row.setAttribute('data-dragged', '');
      nav.parentElement.setAttribute('data-dragging', '');
      getSelection().removeAllRanges();
    }
    event.preventDefault();
    mark(place(event));
    const list = nav.querySelector('.list');
    const { top, bottom } = list.getBoundingClientRect();
    if (event.clientY < top + 30) list.scrollTop -= 12;
    else if (event.clientY > bottom - 30) list.scrollTop += 12;
  }

  const place = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest('#sidebar [data-folder]');

  function mark(target) {
    for (const old of nav.querySelectorAll('[data-drop]')) if (old !== target) old.removeAttribute('data-drop');
    target?.setAttribute('data-drop', '');
  }

  function up(event) {
    const was = held;
    end();
    if (!was?.moving) return;
    dragged = true;
    const target = place(event);
    if (!target || target.contains(was.row)) return;
    const chosen = every(nav, '.pick:checked').map((box) => box.closest('.chat').dataset.chat);
    const chats = chosen.includes(was.row.dataset.chat) ? chosen.join(',') : was.row.dataset.chat;
    htmx.ajax('POST', `/chats/move?folder=${target.dataset.folder}&chats=${chats}`, { source: nav, target: '#sidebar', swap: 'outerMorph' });
  }

  function end() {
    held?.row.removeAttribute('data-dragged');
    nav.parentElement.removeAttribute('data-dragging');
    mark(null);
    held = null;
  }

  return all(
    listen(nav, 'pointerdown', down),
    listen(document, 'pointermove', move),
    listen(document, 'pointerup', up),
    listen(document, 'pointercancel', end),
    listen(document, 'keydown', (event) => {
      if (event.key !== 'Escape' || !held?.moving) return;
      event.preventDefault();
      end();
    }),
    listen(nav, 'click', (event) => {
      if (!dragged) return;
      dragged = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, { capture: true }),
    listen(nav, 'dragstart', (event) => event.preventDefault()),
  );
}
