// Remembers where in a chat the reader is, and goes there when it is opened
// again. At the end there is nothing to remember.
import { all, listen } from './behaviours.js';
import { post } from './http.js';

const pause = 400; // ms after the last scroll

export function connect(scroller) {
  const { chat } = scroller.closest('[data-chat]').dataset;
  if (chat === '0') return undefined;
  const opened = document.getElementById(scroller.dataset.at);
  if (opened) scroller.scrollTop += Number(scroller.dataset.offset) || 0;
  let timer = 0;
  let known = scroller.dataset.at ?? '';

  function place() {
    const { top } = scroller.getBoundingClientRect();
    const end = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < 4 && !scroller.querySelector('[data-more="after"]');
    const turn = !end && [...scroller.querySelectorAll('.turn')].find((el) => el.getBoundingClientRect().bottom > top + 1);
    return turn ? { turn: turn.id.replace('turn-', ''), offset: Math.round(top - turn.getBoundingClientRect().top) } : { turn: 0, offset: 0 };
  }

  function save() {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    const at = place();
    if (JSON.stringify(at) === known) return;
    known = JSON.stringify(at);
    post(`/chats/${chat}/view`, at, { keepalive: true }).catch(() => {}); // a place is no loss
  }

  return all(
    listen(scroller, 'scroll', () => { clearTimeout(timer); timer = setTimeout(save, pause); }, { passive: true }),
    listen(window, 'pagehide', save),
    () => clearTimeout(timer), // what is gone has no places
  );
}
