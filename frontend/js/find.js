// Finds a text in the chat. The app says in which turns it stands, since the
// page holds only some of them; one that it does not hold is fetched.
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';
import { mark, places } from './marks.js';
import { say } from './words.js';

const pause = 150; // ms after the last key

export function connect(bar) {
  const box = bar.querySelector('input');
  const count = bar.querySelector('.count');
  const chat = () => document.getElementById('conversation').dataset.chat;
  const drawn = (turn) => document.querySelector(`#turn-${turn} [data-part="text"]`);
  let before = null; // what had the focus
  let stops = []; // {turn, nth}: each place, in order
  let text = ''; // that stands there; the box may have another already
  let at = -1;
  let timer = 0;
  let looked = ''; // chat and text that stops are about

  function open() {
    if (chat() === '0') return;
    if (bar.hidden) before = document.activeElement;
    bar.hidden = false;
    const chosen = String(getSelection()).trim();
    if (chosen && !chosen.includes('\n')) box.value = chosen;
    box.focus();
    box.select();
    look();
  }

  function close() {
    bar.hidden = true;
    [stops, text, at, looked] = [[], '', -1, ''];
    clearTimeout(timer);
    mark([]);
    (before?.isConnected ? before : document.getElementById('message')).focus({ preventScroll: true });
  }

  async function look() {
    const wanted = box.value;
    const key = `${chat()} ${wanted}`;
    if (key === looked) return;
    looked = key;
    const response = await fetch(`/chats/${chat()}/find?q=${encodeURIComponent(wanted)}`);
    const pairs = response.ok ? await response.json() : [];
    if (looked !== key) return; // something else was typed since
    text = wanted;
    stops = pairs.flatMap(([turn, n]) => Array.from({ length: n }, (_, nth) => ({ turn, nth })));
    at = -1;
    if (stops.length) await go(ahead());
    else paint();
  }

  // What is in sight, below the bar.
  const view = () => ({ top: bar.getBoundingClientRect().bottom, bottom: document.querySelector('.scroller').getBoundingClientRect().bottom });

  // The first place from what is in sight on; after the last comes the first.
  function ahead() {
    const { top } = view();
    const seen = stops.findIndex(({ turn }) => drawn(turn)?.getBoundingClientRect().bottom > top);
    if (seen < 0) return 0;
    const { turn } = stops[seen];
    const own = stops.filter((stop) => stop.turn === turn).length;
    const nth = places(drawn(turn), text).findIndex((range) => range.getBoundingClientRect().top >= top);
    return seen + (nth < 0 ? own : Math.min(nth, own - 1));
  }

  async function go(to) {
    if (stops.length === 0) return;
    at = (to + stops.length) % stops.length;
    const { turn } = stops[at];
    if (!drawn(turn)) await htmx.ajax('GET', `/chats/${chat()}?turn=${turn}`, { source: bar, target: '#conversation', swap: 'outerHTML' });
    const range = paint();
    if (!range || !inSight(range)) (range?.startContainer.parentElement ?? drawn(turn))?.scrollIntoView({ block: 'center' });
  }

  // What is in sight stays where it is: each letter that is typed looks anew.
  function inSight(range) {
    const { top, bottom } = range.getBoundingClientRect();
    return top >= view().top && bottom <= view().bottom;
  }

  // Marks what the page holds, and returns the place that is meant.
  function paint() {
    if (bar.hidden) return undefined;
    count.textContent = text.trim() === '' ? '' : stops.length ? say('page.found', String(at + 1), String(stops.length)) : say('page.found_none');
    const ranges = [];
    let meant;
    for (const turn of new Set(stops.map((stop) => stop.turn))) {
      if (!drawn(turn)) continue;
      const own = places(drawn(turn), text);
      if (at >= 0 && turn === stops[at].turn) meant = own[Math.min(stops[at].nth, own.length - 1)];
      ranges.push(...own);
    }
    mark(ranges, meant);
    return meant;
  }

  function onKey(event) {
    const actions = { Enter: () => go(at + (event.shiftKey ? -1 : 1)), F3: () => go(at + (event.shiftKey ? -1 : 1)), Escape: close };
    if (!actions[event.key] || (event.key === 'Enter' && event.target !== box)) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  }

  return all(
    listen(box, 'input', () => { clearTimeout(timer); timer = setTimeout(look, pause); }),
    listen(bar, 'keydown', onKey),
    listen(bar, 'click', ({ target }) => {
      const step = target.closest('[data-go]');
      if (step) go(at + Number(step.dataset.go));
      if (target.closest('[data-close]')) close();
    }),
    listen(document, 'keydown', (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== 'f' || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      open();
    }),
    listen(document, 'do:find', open),
    listen(document, 'htmx:after:swap', () => { if (!bar.hidden) (looked.startsWith(`${chat()} `) ? paint() : look()); }),
    () => clearTimeout(timer),
  );
}
