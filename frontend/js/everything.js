// The palette over everything: a combobox whose list the app makes for each
// query. The focus stays in the field; aria-activedescendant tells what is
// chosen.
import { announce } from './announce.js';
import { all, listen } from './behaviours.js';
import { run } from './command.js';
import htmx from './htmx.js';
import { post } from './http.js';
import { leave } from './layer.js';
import { act } from './shortcuts.js';

export function connect(dialog) {
  const field = dialog.querySelector('input');
  const options = () => [...dialog.querySelectorAll('[role="option"]')];
  const chosen = () => options().find((option) => option.getAttribute('aria-selected') === 'true');

  function choose(option) {
    for (const other of options()) other.setAttribute('aria-selected', other === option);
    if (!option) return field.removeAttribute('aria-activedescendant');
    field.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  function step(by) {
    const list = options();
    if (list.length) choose(list.at((list.indexOf(chosen()) + by) % list.length));
  }

  let asking; // one question at a time; the last one counts

  const ask = () => { asking ??= fill().finally(() => { asking = undefined; }); };

  async function fill() {
    for (let query; dialog.isConnected && query !== field.value;) {
      query = field.value;
      await htmx.ajax('GET', `/everything/choices?q=${encodeURIComponent(query)}`, { source: dialog, target: '#everything-choices', swap: 'outerHTML' });
    }
    if (!dialog.isConnected) return;
    choose(options()[0]);
    announce(dialog.querySelector('#everything-choices').dataset.count);
  }

  function write(text) {
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    ask();
  }

  const compose = (text) => {
    const box = document.getElementById('message');
    box.value = text + (box.value.startsWith('/') ? '' : box.value);
    box.focus();
    box.setSelectionRange(text.length, text.length);
    box.dispatchEvent(new Event('input', { bubbles: true }));
  };

  async function setting(key) {
    await htmx.ajax('GET', '/settings', { source: '#layer', target: '#layer', swap: 'innerHTML' });
    const row = document.getElementById(`setting-${key}`);
    row?.scrollIntoView({ block: 'center' });
    row?.querySelector('input:checked, .field, .toggle, input')?.focus({ preventScroll: true });
  }

  const deeds = {
    open: (id) => { leave(); return htmx.ajax('GET', `/chats/${id}`, { source: '#sidebar', target: '#conversation', swap: 'outerHTML' }); },
    run: (line) => { if (!line.startsWith('/settings') && line !== '/help') leave(); return run(line); },
    compose: (text) => { leave(); compose(text); },
    setting,
    act: (id) => act(id),
  };

  function perform(option) {
    const { do: deed, value, id } = option.dataset;
    if (deed === 'write') return write(value);
    post('/everything/chosen', { id }).catch(() => {});
    dialog.close();
    return deeds[deed](value);
  }

  // Who types faster than the list comes means what fits, not what stood there.
  async function enter() {
    await asking;
    if (dialog.isConnected && chosen()) perform(chosen());
  }

  function onKey(event) {
    const option = chosen();
    const actions = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      PageDown: () => choose(options()[Math.min(options().length - 1, options().indexOf(option) + 8)]),
      PageUp: () => choose(options()[Math.max(0, options().indexOf(option) - 8)]),
      Enter: enter,
      Tab: option && !event.shiftKey && option.dataset.value.startsWith('/') && (() => write(option.dataset.value)),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  choose(options()[0]);
  return all(
    listen(field, 'input', ask),
    listen(field, 'keydown', onKey),
    listen(dialog, 'mousedown', (event) => event.target.closest('[role="option"]') && event.preventDefault()),
    listen(dialog, 'click', ({ target }) => { const option = target.closest('[role="option"]'); if (option) perform(option); }),
  );
}
