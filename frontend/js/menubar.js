// Does what is chosen in the native menus.
import { on } from './wails.js';

const click = (selector) => document.querySelector(selector)?.click();

export function connect(body) {
  const write = (text) => {
    const box = document.getElementById('message');
    box.value = text;
    box.form.requestSubmit();
  };
  const key = (name) => body.dispatchEvent(new KeyboardEvent('keydown', { key: name, ctrlKey: true, bubbles: true, cancelable: true }));
  const actions = {
    new: () => click('#sidebar .new'),
    folder: () => document.dispatchEvent(new Event('do:folder')),
    import: () => document.dispatchEvent(new Event('do:import')),
    find: () => document.dispatchEvent(new Event('do:find')),
    search: () => document.dispatchEvent(new Event('do:search')),
    export: () => click('#heading .menu summary'),
    settings: () => click('[hx-get="/settings"]'),
    sidebar: () => click(getComputedStyle(document.getElementById('side')).visibility === 'hidden' ? '.opener' : '.side [data-drawer="close"]'),
    larger: () => key('+'),
    smaller: () => key('-'),
    usual: () => key('0'),
    help: () => write('/help'),
  };
  return on('do', (action) => actions[action]?.());
}
