// Tells screen readers where a row stands in a list of which the page holds a
// part: "turn 214 of 10,000". The app is asked only for what the page cannot
// count itself, once for each stretch that it fetches.
import { all, listen } from './behaviours.js';
import { latest } from './latest.js';

/** Numbers rows from first on, in a list of so many. */
export function number(rows, first, total) {
  const right = (row, place) => !row || (row.getAttribute('aria-posinset') === String(place) && row.getAttribute('aria-setsize') === String(total));
  if (right(rows[0], first) && right(rows.at(-1), first + rows.length - 1) && rows.every((row) => row.hasAttribute('aria-posinset'))) return;
  rows.forEach((row, i) => {
    put(row, 'aria-posinset', first + i);
    put(row, 'aria-setsize', total);
  });
}

const put = (row, name, value) => row.getAttribute(name) === String(value) || row.setAttribute(name, value);

export function connect(turns) {
  const known = { turn: '', place: 0, total: 0 }; // what the app said last

  const update = latest(async () => {
    const rows = [...turns.querySelectorAll(':scope > .turn')];
    if (rows.length === 0) return;
    const [before, after] = ['before', 'after'].map((side) => turns.querySelector(`:scope > [data-more="${side}"]`));
    let at = rows.findIndex(({ dataset }) => dataset.turn === known.turn);
    if (!before) [at, known.place] = [0, 1];
    if (at < 0 || (after && known.total === 0)) {
      const response = await fetch(`/chats/${turns.closest('[data-chat]').dataset.chat}/places?turn=${rows[0].dataset.turn}`);
      if (response.status !== 200) return;
      [known.place, known.total] = await response.json();
      at = 0;
    }
    const first = known.place - at;
    if (!after) known.total = first + rows.length - 1;
    [known.turn, known.place] = [rows[0].dataset.turn, first];
    number(rows, first, known.total);
  });

  const observer = new MutationObserver(update);
  observer.observe(turns, { childList: true });
  update();
  return all(() => observer.disconnect(), listen(document, 'htmx:after:swap', update));
}
