// The status pill. Screen readers hear the first sentence of each state, not
// the numbers that run after it.
import { on } from './wails.js';

export function connect(pill) {
  return on('status', ({ state, text, fraction }) => {
    if (pill.dataset.state !== state) pill.querySelector('.said').textContent = text;
    pill.dataset.state = state;
    pill.querySelector('.text').textContent = text;
    const ring = pill.querySelector('.ring');
    ring.toggleAttribute('data-none', fraction < 0);
    ring.querySelector('.part').setAttribute('stroke-dasharray', `${Math.max(0, fraction)} 1`);
  });
}
