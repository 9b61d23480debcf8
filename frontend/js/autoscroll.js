// Keeps the newest text in sight, until the reader scrolls up; then leaves the
// page alone, and offers a way back.
import { all, listen } from './behaviours.js';

const near = 4; // px from the end that still count as the end: zoom makes fractions

export function connect(scroller) {
  const turns = scroller.querySelector('#turns');
  const jump = document.getElementById('jump');
  let follow = true;
  let top = 0; // scrollTop after the last scroll, to tell up from down

  const empty = () => !turns.firstElementChild; // the greeting is read from its beginning
  const left = () => (empty() ? 0 : scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop);
  const ended = () => left() <= near && !turns.querySelector(':scope > [data-more="after"]'); // see stretch.js

  function update(following) {
    follow = following;
    jump.hidden = follow || ended();
  }

  function toEnd() {
    scroller.scrollTop = empty() ? 0 : scroller.scrollHeight;
    top = scroller.scrollTop;
    update(true);
  }

  function onScroll() {
    const up = scroller.scrollTop < top;
    top = scroller.scrollTop;
    if (ended()) update(true);
    else update(follow && !up);
  }

  // A wheel that turns up is a wish, even before the browser has scrolled.
  const onWheel = (event) => event.deltaY < 0 && scroller.scrollTop > 0 && update(false);

  const keep = () => (follow && !turns.querySelector('.editing') ? toEnd() : update(false));

  const grown = new ResizeObserver(keep);
  grown.observe(turns);
  grown.observe(scroller);

  // Not one that is edited, or was, further up.
  const sent = (node) => node.dataset?.role === 'user' && !node.matches('.editing') && turns.querySelectorAll(`#${node.id} ~ .turn`).length <= 1;

  // A message that was sent is a wish to see the answer. All else is followed at
  // once and not with the next frame: what shrinks and grows until then moves the
  // page up, and would be taken for the reader.
  const written = new MutationObserver((records) => {
    if (records.some(({ target, addedNodes }) => target === turns && [...addedNodes].some(sent))) toEnd();
    else if (follow) keep();
  });
  written.observe(turns, { childList: true, characterData: true, subtree: true });

  const at = document.getElementById(scroller.dataset.at); // the turn that was asked for
  if (at) {
    at.scrollIntoView();
    update(false);
  } else {
    toEnd();
  }
  return all(
    listen(scroller, 'scroll', onScroll, { passive: true }),
    listen(scroller, 'wheel', onWheel, { passive: true }),
    listen(jump, 'click', () => { toEnd(); scroller.focus({ preventScroll: true }); }),
    () => grown.disconnect(),
    () => written.disconnect(),
  );
}
