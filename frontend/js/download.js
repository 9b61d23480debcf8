// One download: the bar and the numbers follow the app's events. Screen readers
// hear a sentence now and then, not every number.
import { announce } from './announce.js';
import { on } from './wails.js';

export function connect(row) {
  return on('download', ({ name, text, permille, said }) => {
    if (name !== row.dataset.name) return;
    row.querySelector('progress').value = permille;
    row.querySelector('.what').textContent = text;
    if (said) announce(said);
  });
}
