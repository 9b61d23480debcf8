// How the window looks and which key sends: attributes of the root element, as
// the settings have them.
import { all, listen } from './behaviours.js';
import { post } from './http.js';
import { on } from './wails.js';

export function connect(body) {
  const root = document.documentElement;

  function apply(look) {
    Object.assign(root.dataset, look);
    for (const radio of document.querySelectorAll('input[name="theme"]')) radio.checked = radio.value === look.theme;
  }

  // The buttons in the sidebar. Those of the settings page are htmx's.
  function choose({ target }) {
    if (target.name !== 'theme') return;
    root.dataset.theme = target.value;
    post('/settings/theme', { value: target.value }).catch(() => {});
  }

  return all(on('look', apply), on('reload', () => location.reload()), listen(body, 'change', choose));
}
