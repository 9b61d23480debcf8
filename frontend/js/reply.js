// Writes running replies into their turns. Events carry the HTML of blocks,
// made by Go; whatever stood before the first block they name is left alone.
//
// An event may overtake the fragment of its turn, so events wait until the turn
// is on the page, and the last ones stay at hand: a fragment that was made before
// them may come after them. An event that the fragment contains is passed over.
import { all, listen } from './behaviours.js';
import { append, at, count, cut } from './blocks.js';
import htmx from './htmx.js';
import { amend, patch } from './patch.js';
import { on } from './wails.js';

const kept = 16; // turns whose events may wait, far more than replies can run
const recent = 256; // events at hand of a turn on the page: some 8 s of a fast model

export function connect() {
  const events = new Map(); // turn id → those that wait, or came last, oldest first
  const ended = new Map(); // turn id → the number of its final event
  let frame = 0;

  function receive(event) {
    const list = events.get(event.turn) ?? [];
    if (!document.getElementById(`turn-${event.turn}`)) supersede(list, event);
    list.push(event);
    keep(events, event.turn, list);
    if (event.final) keep(ended, event.turn, event.seq);
    schedule();
  }

  function schedule() {
    frame ||= requestAnimationFrame(flush);
  }

  function flush() {
    frame = 0;
    for (const [id, list] of events) {
      const turn = document.getElementById(`turn-${id}`);
      if (!turn) continue;
      const { dataset } = turn; // that of a turn that is done counts no events
      for (const event of list) if (event.seq > Number(dataset.seq) && (event.final || dataset.state === 'running')) apply(turn, event);
      if (list.at(-1).final) events.delete(id);
      else list.splice(0, list.length - recent);
    }
  }

  // A fragment that was made before the reply's end and came after it says that
  // the turn still runs. Asking once is enough: if it runs, its own end follows.
  function catchUp() {
    for (const [id, seq] of ended) {
      const turn = document.getElementById(`turn-${id}`);
      if (turn?.dataset.state !== 'running' || Number(turn.dataset.seq) >= seq) continue;
      ended.delete(id);
      fetchTurn(turn, id, turn.querySelector('[data-part="text"]'));
    }
  }

  return all(
    on('reply', receive),
    listen(document, 'htmx:after:swap', () => { if (events.size) schedule(); catchUp(); }),
    () => cancelAnimationFrame(frame),
  );
}

// keep forgets the oldest entry when there are too many.
function keep(map, key, value) {
  map.set(key, value);
  if (map.size > kept) map.delete(map.keys().next().value);
}

// supersede drops the waiting parts that a newer one replaces, so that waiting
// costs no more than the reply is long.
function supersede(events, { parts }) {
  for (const event of events) {
    event.parts = event.parts?.filter((old) => !parts?.some((part) => !part.patch && part.part === old.part && part.from <= old.from));
  }
}

function apply(turn, event) {
  const whole = (event.parts ?? []).every((part) => write(turn, part));
  turn.dataset.seq = event.seq;
  turn.dispatchEvent(new CustomEvent('reply:written', { bubbles: true, detail: event }));
  if (event.final || !whole) fetchTurn(turn, event.turn);
}

// write returns false when blocks before the part's first one are missing, or
// the one to patch is not as it should be.
function write(turn, { part, from, patch: change, blocks, summary }) {
  blocks ??= []; // Go writes an empty slice as null
  const box = turn.querySelector(`[data-part="${part}"]`);
  if (from > count(box)) return false;
  if (change && !amend(at(box, from), change)) return false;
  if (change) from += 1;
  blocks.forEach((html, i) => {
    const block = document.createElement('div');
    block.className = 'block';
    block.dir = 'auto';
    block.innerHTML = html;
    const old = at(box, from + i);
    if (old) patch(old, block);
    else append(box, block);
  });
  cut(box, from + blocks.length);
  if (summary) turn.querySelector('.summary').textContent = summary;
  return true;
}

// fetchTurn asks in the name of source, of which htmx lets only one request run.
function fetchTurn(turn, id, source = turn) {
  htmx.ajax('GET', `/turns/${id}`, { source, target: turn, swap: 'outerMorph' });
}
