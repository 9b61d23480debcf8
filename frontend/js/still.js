// Groups of blocks of a long text, far from sight, stand still: they keep the
// height that they have, and nothing in them scrolls or sticks, so that a frame
// costs what is in sight (see prose.css). They are laid out and drawn all the same:
// their text is found, chosen and read aloud as ever, and no height is guessed.
import { all, listen } from './behaviours.js';

const near = '100%'; // of a screen, from sight to what stands still
const pace = 16; // ms from one group to the next
const wait = 500; // ms until those are looked at again that were not drawn

export function connect(turns) {
  const scroller = turns.closest('.scroller');
  let watched = new WeakSet();
  const due = new Set(); // groups that are far and do not stand still yet
  let timer = 0;

  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) move(target);
      else due.add(target);
    }
    if (due.size > 0) timer ||= setTimeout(step, pace);
  }, { root: scroller, rootMargin: `${near} 0px` });

  // One at a time: each is laid out once more.
  function step() {
    const { top, bottom } = scroller.getBoundingClientRect();
    for (const group of due) if (!group.isConnected) due.delete(group);
    const group = [...due].find(drawn);
    if (group) {
      due.delete(group);
      const box = group.getBoundingClientRect(); // now, not when it was seen to be far
      if (box.height > 0 && (box.bottom < top || box.top > bottom) && !scrolled(group)) {
        group.style.blockSize = `${box.height}px`;
        group.setAttribute('data-still', '');
      }
    }
    timer = due.size > 0 ? setTimeout(step, group ? pace : wait) : 0;
  }

  function move(group) {
    due.delete(group);
    group.removeAttribute('data-still');
    group.style.blockSize = '';
  }

  // Who jumps is there before the observer sees it, and formulas are to stand right at once.
  let last = scroller.scrollTop;
  function onScroll() {
    const jumped = Math.abs(scroller.scrollTop - last) > scroller.clientHeight / 2;
    last = scroller.scrollTop;
    if (!jumped) return;
    const view = scroller.getBoundingClientRect();
    const seen = [...turns.querySelectorAll('[data-still]')].filter((group) => {
      const { top, bottom } = group.getBoundingClientRect();
      return bottom > view.top && top < view.bottom;
    });
    seen.forEach(move);
  }

  // The last group may grow, and so it is not watched.
  function watch(box) {
    for (let group = box?.lastElementChild?.previousElementSibling; group && !watched.has(group); group = group.previousElementSibling) {
      watched.add(group);
      observer.observe(group);
    }
  }

  const look = () => turns.querySelectorAll('[data-part="text"]').forEach(watch);

  // What may have another height now moves again, until it has been measured anew.
  function anew() {
    observer.disconnect();
    watched = new WeakSet();
    due.clear();
    turns.querySelectorAll('[data-still]').forEach(move);
    look();
  }

  // A turn that was drawn anew has lost what was set here.
  function onSwap({ detail: { ctx: { target } } }) {
    if (target?.isConnected && (turns.contains(target) || target.contains(turns))) anew();
    else look();
  }

  const resized = new ResizeObserver(anew);
  resized.observe(scroller);
  const restyled = new MutationObserver(anew); // letters of another size, another density
  restyled.observe(document.documentElement, { attributes: true });
  return all(
    listen(scroller, 'scroll', onScroll, { passive: true }),
    listen(document, 'reply:written', ({ target }) => watch(target.querySelector('[data-part="text"]'))),
    listen(document, 'htmx:after:swap', onSwap),
    listen(document.fonts, 'loadingdone', anew),
    () => clearTimeout(timer),
    () => observer.disconnect(),
    () => resized.disconnect(),
    () => restyled.disconnect(),
  );
}

// Whether all that is drawn over its source is there (see math.js and diagram.js),
// and tables have their height (see columns.js).
function drawn(group) {
  const parts = [...group.querySelectorAll('.math[data-tex], figure[data-diagram], [data-held]')];
  return parts.every((el) => el.matches('[data-failed], :has(> .katex, > .katex-display, > .drawing, > .said)'));
}

// Whether something in it is scrolled, which it would forget.
const scrolled = (group) => [...group.querySelectorAll('pre, .table, .math[data-display]')].some(({ scrollLeft }) => scrollLeft !== 0);
