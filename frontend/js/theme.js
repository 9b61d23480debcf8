// Switches the theme, by the buttons or when a command did.
import { all, listen } from './behaviours.js';
import { post } from './http.js';
import { on } from './wails.js';

export function connect(choice) {
  function apply(theme) {
    document.documentElement.dataset.theme = theme;
    for (const radio of choice.querySelectorAll('input')) radio.checked = radio.value === theme;
  }
  return all(
    listen(choice, 'change', ({ target }) => { apply(target.value); post('/settings/theme', { theme: target.value }).catch(() => {}); }),
    on('theme', apply),
  );
}
