// The search over all chats: results come as one types, and take the place of
// the list. Arrows walk them, Enter opens, Escape goes back.
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';
import { on } from './wails.js';

const pause = 80; // ms after the last key

export function connect(finder) {
  const box = finder.querySelector('input');
  const results = () => document.getElementById('results'); // a swap may make it anew
  const choices = () => [...results().querySelectorAll('button')];
  let timer = 0;
  let asking = false;
  let asked = '';

  // One request at a time: an older answer never comes after a newer one.
  async function ask() {
    const q = box.value.trim();
    if (asking || q === asked) return;
    [asking, asked] = [true, q];
    try {
      await htmx.ajax('GET', `/search?q=${encodeURIComponent(q)}`, { source: finder, target: '#results', swap: 'outerMorph' });
    } finally {
      asking = false;
    }
    results().querySelector('.list').scrollTop = 0;
    ask();
  }

  function write(text) {
    box.value = text;
    ask();
  }

  function focus() {
    if (getComputedStyle(finder).visibility === 'hidden') document.querySelector('.opener').click();
    box.focus();
    box.select();
  }

  function onBoxKey(event) {
    const first = !results().hidden && choices()[0];
    const actions = {
      ArrowDown: first && (() => first.focus()),
      Enter: first && (() => first.click()),
      Escape: box.value ? () => write('') : () => document.getElementById('message').focus(),
    };
    run(actions, event);
  }

  function onResultKey(event) {
    const list = choices();
    const at = list.indexOf(event.target);
    if (at < 0) return;
    run({
      ArrowDown: () => list[Math.min(at + 1, list.length - 1)].focus(),
      ArrowUp: () => (list[at - 1] ?? box).focus(),
      Home: () => list[0].focus(),
      End: () => list.at(-1).focus(),
      Escape: () => box.focus(),
    }, event);
  }

  function run(actions, event) {
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  // The list makes room for what was found; a swap may end the search as well.
  const settle = () => { finder.parentElement.toggleAttribute('data-finding', !results().hidden); };

  settle();
  return all(
    listen(document, 'htmx:after:swap', settle),
    listen(box, 'input', () => { clearTimeout(timer); timer = setTimeout(ask, pause); }),
    listen(box, 'keydown', onBoxKey),
    listen(finder.parentElement, 'keydown', (event) => event.target.closest('#results') && onResultKey(event)),
    listen(document, 'do:search', focus),
    on('search', (words) => { focus(); write(words); }),
    () => clearTimeout(timer),
  );
}
