// Rows of the list of chats far from sight are let go: a gap of their height
// stands in for them, which a browser need not lay out or paint, and they come
// back when the reader comes near. Who walks the list, chooses in it or counts it
// finds them where they were, by every and reach.
import { all, listen } from './behaviours.js';

const most = 100; // rows of a list on the page, before some are let go
const far = 2; // screens from sight to a row that may go
const near = '100%'; // of a screen, from sight to a gap that is filled
const size = 25; // rows and headings in a gap, which come back at once

const held = new WeakMap(); // gap → its rows
const home = new WeakMap(); // row → the gap that holds it

/** What selector finds in the list, in order, in gaps as well. */
export const every = (nav, selector) => [...nav.querySelectorAll(`:is(${selector}), .gap`)].flatMap((el) => (el.matches('.gap') ? [...held.get(el).querySelectorAll(selector)] : el));

/** Where el stands on the page: itself, or the gap that holds it. */
export const standing = (el) => (el.isConnected ? el : home.get(el.closest('.chat')));

/** Brings el back onto the page if it was let go, and returns it. */
export function reach(el) {
  if (el && !el.isConnected) fill(standing(el));
  return el;
}

function fill(gap) {
  if (gap?.isConnected) gap.replaceWith(held.get(gap));
}

export function connect(nav) {
  const list = nav.querySelector('.list');

  const observer = new IntersectionObserver((entries) => {
    const wanted = entries.filter(({ isIntersecting, target }) => isIntersecting && target.matches('.gap'));
    for (const { target } of wanted) fill(target);
    if (wanted.length > 0) trim();
  }, { root: list, rootMargin: `${near} 0px` });

  // What is in use stays: a row with the focus, one that is renamed or dragged.
  const used = (row) => row.matches('[data-renamed], [data-dragged]') || row.contains(document.activeElement);

  function trim() {
    const { top, bottom, height } = list.getBoundingClientRect();
    if (height === 0) return; // the search stands in its place
    const runs = [...nav.querySelectorAll('#older, .folder ul')].flatMap((part) => (part.querySelectorAll(':scope > .chat').length > most ? runsOf(part) : []));
    const away = runs.map((run) => ({ run, from: run[0].getBoundingClientRect().top, to: run.at(-1).getBoundingClientRect().bottom }))
      .filter(({ run, from, to }) => (to < top - far * height || from > bottom + far * height) && to > from && !run.some(used));
    for (const { run, from, to } of away) letGo(run, to - from);
  }

  function letGo(run, height) {
    const gap = document.createElement('li');
    gap.className = 'gap';
    gap.ariaHidden = 'true';
    gap.style.blockSize = `${height}px`;
    run[0].before(gap);
    const rows = document.createDocumentFragment();
    rows.append(...run);
    held.set(gap, rows);
    for (const row of run) home.set(row, gap);
    observer.observe(gap);
  }

  // Letters of another size: the rows are as high as they are then.
  const restyled = new MutationObserver(() => {
    for (const gap of nav.querySelectorAll('.gap')) fill(gap);
    trim();
  });
  restyled.observe(document.documentElement, { attributes: true });
  trim();
  return all(
    listen(document, 'htmx:after:swap', trim),
    () => observer.disconnect(),
    () => restyled.disconnect(),
  );
}

// runsOf are the rows of a list, headings among them, in the pieces that may go.
function runsOf(part) {
  const runs = [];
  let run = [];
  for (const row of part.children) {
    if (row.matches('.chat, .day')) run.push(row);
    if (run.length === size || !row.matches('.chat, .day')) {
      if (run.length > 0) runs.push(run);
      run = [];
    }
  }
  return runs;
}
