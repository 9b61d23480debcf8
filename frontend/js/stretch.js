// The page holds a stretch of the chat, the turns around what is in sight. What
// the reader comes near to is fetched, what is far away goes again, and what
// the reader looks at stays where it is on the screen.
import { all, listen } from './behaviours.js';
import { hold } from './hold.js';
import htmx from './htmx.js';

const most = 120; // turns on the page
const mostText = 200_000; // characters on the page: fewer turns when they are long
const far = 3; // screens from sight to a turn that may go
const ahead = '150%'; // of a screen: how near its end is when more is fetched

export function connect(turns) {
  const scroller = turns.closest('.scroller');
  const { chat } = turns.closest('[data-chat]').dataset;
  const jump = document.getElementById('jump');
  const list = () => [...turns.querySelectorAll(':scope > .turn')];
  const more = (side) => turns.querySelector(`:scope > [data-more="${side}"]`);
  const left = () => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
  const toStart = () => { scroller.scrollTop = 0; };
  const toEnd = () => { scroller.scrollTop = scroller.scrollHeight; };
  let loading = false;

  // Swaps turns in for target; put then sets the scroll position.
  async function load(query, target, put) {
    if (loading) return;
    loading = true;
    const source = target === turns ? jump : target;
    const before = ({ detail: { ctx } }) => { if (ctx.sourceElement === source) put ??= hold(scroller); };
    const undo = all(listen(document, 'htmx:before:swap', before), listen(document, 'htmx:after:swap', () => put?.()));
    try {
      await htmx.ajax('GET', `/chats/${chat}/turns${query}`, { source, target, swap: target === turns ? 'innerHTML' : 'outerHTML' });
    } finally {
      undo();
      loading = false;
      look();
    }
  }

  async function extend(button) {
    const focused = document.activeElement === button;
    const side = button.dataset.more;
    const edge = side === 'before' ? button.nextElementSibling : button.previousElementSibling;
    await load(`?${side}=${edge.id.replace('turn-', '')}`, button);
    trim(side === 'before' ? 'after' : 'before');
    if (focused) (more(side) ?? scroller).focus({ preventScroll: true });
  }

  // Takes away turns at one side, as far as there are too many. A reply that is
  // being written stays, and so does what the reader has selected or focused.
  function trim(side) {
    const { top, bottom, height } = scroller.getBoundingClientRect();
    const turn = list();
    let text = turns.textContent.length;
    if (turn.length <= most && text <= mostText) return;
    if (side === 'after') turn.reverse();
    const stays = turn.findIndex((el, i) => {
      const place = el.getBoundingClientRect();
      const away = side === 'before' ? top - place.bottom : place.top - bottom;
      const few = turn.length - i <= most && text <= mostText;
      text -= el.textContent.length;
      return few || away < far * height || el.dataset.state === 'running' || el.contains(document.activeElement) || getSelection().containsNode(el, true);
    });
    if (stays <= 0) return;
    const back = hold(scroller);
    const [edge, put] = side === 'before' ? ['firstChild', 'prepend'] : ['lastChild', 'append'];
    while (turns[edge] !== turn[stays]) turns[edge].remove();
    const pattern = document.getElementById('more-pattern').content;
    turns[put](pattern.querySelector(`[data-more="${side}"]`).cloneNode(true));
    back();
  }

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting && target.isConnected) extend(target);
  }, { root: scroller, rootMargin: `${ahead} 0px` });

  function look() {
    if (loading) return;
    if (more('after')?.nextElementSibling) return load('', turns, toEnd); // a message was sent from further up
    if (left() < scroller.clientHeight) trim('before');
    near.disconnect();
    for (const button of turns.querySelectorAll(':scope > .more')) near.observe(button);
  }

  const changed = new MutationObserver(look);
  changed.observe(turns, { childList: true });

  function onKey(event) {
    if (event.target.closest('input, textarea') || event.altKey || event.metaKey) return;
    if (event.key === 'Home' && more('before')) load('?after=0', turns, toStart);
    else if (event.key === 'End' && more('after')) load('', turns, toEnd);
    else return;
    event.preventDefault();
  }

  look();
  return all(
    listen(turns, 'click', ({ target }) => target.matches('.more') && extend(target)),
    listen(scroller, 'keydown', onKey),
    listen(jump, 'click', () => more('after') && load('', turns, toEnd)),
    () => near.disconnect(),
    () => changed.disconnect(),
  );
}
