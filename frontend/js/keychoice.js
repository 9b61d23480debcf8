// Choosing the keys of a shortcut: press the button, then the keys. Escape gives
// up, Backspace means no keys.
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';
import { written } from './shortcuts.js';

export function connect(row) {
  const button = row.querySelector('[data-choose]');
  const asking = row.querySelector('.asking');
  let choosing = false;

  function set(on) {
    choosing = on;
    asking.hidden = !on;
    button.setAttribute('aria-pressed', on);
  }

  function onKey(event) {
    if (!choosing || ['Control', 'Shift', 'Alt', 'Meta', 'Tab'].includes(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    set(false);
    if (event.key === 'Escape') return;
    const keys = event.key === 'Backspace' ? '' : written(event);
    htmx.ajax('POST', `/shortcuts/${row.dataset.id}`, { source: row, target: row, values: { keys }, swap: 'outerMorph' });
  }

  return all(
    listen(button, 'click', () => set(!choosing)),
    listen(button, 'keydown', onKey, { capture: true }),
    listen(button, 'blur', () => set(false)),
  );
}
