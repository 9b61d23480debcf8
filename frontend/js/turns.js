// The turns by keyboard. From the conversation, or from an empty message box, the
// arrows (or j and k) walk from turn to turn; on a turn single keys do what its
// menu offers. They count only where the keyboard has brought the focus, so that
// a click into a text does not turn typing into orders.
import { all, listen } from './behaviours.js';
import { copy } from './copy.js';
import htmx from './htmx.js';

// What a key presses, in the turn's own row.
const buttons = {
  c: '[data-copy]', e: '[data-edit]', r: '.retry', p: '[data-pin]', o: '[data-continue]', t: '[data-tokens]',
  Enter: '[data-more]', ContextMenu: '[data-more]', ArrowLeft: '[data-version="previous"]', ArrowRight: '[data-version="next"]',
};
const requests = {
  f: ['POST', '/fork', '#conversation', 'outerHTML'],
  x: ['GET', '/raw', '#dialogs', 'innerHTML'],
  s: ['GET', '/facts', '#dialogs', 'innerHTML'],
  m: ['GET', '/map', '#dialogs', 'innerHTML'],
  Delete: ['DELETE', '', '#conversation', 'outerMorph'],
};
const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

export function connect(scroller) {
  const message = () => document.getElementById('message');
  const turns = () => [...scroller.querySelectorAll('.turn')];
  let parent = ''; // of the turn that an action began at: its versions share it
  let here = ''; // the turn itself
  let asked; // htmx's context of that action
  let keyed = false; // the keyboard has brought the focus, not the pointer

  function focus(turn) {
    turn?.focus({ preventScroll: true });
    turn?.scrollIntoView({ block: 'nearest' });
  }

  function go(turn) {
    keyed = true;
    focus(turn);
  }

  function step(turn, by, key) {
    const [box, view] = [turn.getBoundingClientRect(), scroller.getBoundingClientRect()];
    const more = by > 0 ? box.bottom > view.bottom + 1 : box.top < view.top - 1;
    if (more && key.startsWith('Arrow')) return false; // the rest of a long turn scrolls into sight
    const list = turns();
    const next = list[list.indexOf(turn) + by];
    if (next) focus(next);
    else if (by > 0) message().focus();
    return true;
  }

  // The turn to begin with: the last one in sight.
  function enter() {
    const { bottom } = scroller.getBoundingClientRect();
    const list = turns();
    go(list.findLast((turn) => turn.getBoundingClientRect().top < bottom) ?? list.at(-1));
  }

  function act(turn, key) {
    if (buttons[key]) {
      const button = turn.querySelector(buttons[key]);
      if (button && button.ariaDisabled !== 'true') button.click();
      return true;
    }
    if (key === 'C') {
      copy(turn.querySelector('[data-copy]'), () => fetch(`/turns/${turn.dataset.turn}/text?plain`).then((r) => r.text()));
      return true;
    }
    if (!requests[key]) return false;
    const [method, path, target, swap] = requests[key];
    note(turn);
    const of = path === '/map' ? `/chats/${turn.closest('[data-chat]').dataset.chat}` : `/turns/${turn.dataset.turn}`;
    htmx.ajax(method, of + path, { source: turn, target, swap });
    return true;
  }

  function onKey(event) {
    const { target, key } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target === scroller && key in steps) {
      event.preventDefault();
      return enter();
    }
    const turn = target.closest('.turn');
    const onTurn = target === turn && keyed;
    const onRow = target.closest('.after > :is(.actions, .versions)') && key !== 'Enter' && key !== ' ';
    if (!onTurn && !onRow) return;
    let done = true;
    if (key in steps) done = step(turn, steps[key], key);
    else if (key === 'Escape' && !scroller.querySelector('[data-state="running"]')) message().focus();
    else done = act(turn, key);
    if (done) event.preventDefault();
  }

  const onBoxKey = (event) => {
    if (event.key !== 'ArrowUp' || event.target !== message() || event.target.value !== '' || event.defaultPrevented) return;
    event.preventDefault();
    go(turns().at(-1));
  };

  function note(el) {
    const turn = el.closest?.('.turn') ?? document.getElementById(`turn-${el.closest?.('.turnmenu')?.dataset.turn}`);
    if (turn) [parent, here] = [turn.dataset.parent, turn.dataset.turn];
    return turn;
  }

  function onRequest({ detail: { ctx } }) {
    if (note(ctx.sourceElement)) asked = ctx;
  }

  // The focus goes to what took the place of what it was on, if that is gone.
  function onSwap({ detail: { ctx } }) {
    if (ctx !== asked) return;
    const lost = document.activeElement === document.body;
    const turn = document.getElementById(`turn-${here}`) ?? turns().find((t) => t.dataset.parent === parent) ?? turns().at(-1);
    if (lost) focus(turn ?? message());
    else if (turn?.dataset.turn !== here) turn?.scrollIntoView({ block: 'nearest' });
  }

  return all(
    listen(scroller, 'pointerdown', () => { keyed = false; }),
    listen(document, 'keydown', ({ key }) => { keyed ||= key === 'Tab'; }, { capture: true }),
    listen(scroller, 'keydown', onKey),
    listen(document, 'keydown', onBoxKey),
    listen(document, 'htmx:before:request', onRequest),
    listen(document, 'htmx:after:swap', onSwap),
  );
}
