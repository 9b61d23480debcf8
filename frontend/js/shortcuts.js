// The keys that work everywhere. Which they are stands in the list that this is
// attached to, as the app's table and the user's settings have them.
import { all, listen } from './behaviours.js';
import { run } from './command.js';
import { every, reach } from './gaps.js';
import { leave, toggle } from './layer.js';
import htmx from './htmx.js';

const click = (selector) => document.querySelector(selector)?.click();

function go(step) {
  const chats = every(document.getElementById('sidebar'), '.chat .open');
  const at = chats.findIndex((chat) => chat.ariaCurrent === 'true' || chat.getAttribute('aria-current') === 'true');
  reach(chats[Math.max(0, Math.min(chats.length - 1, at + step))])?.click();
}

const actions = {
  palette: () => { if (!document.querySelector('dialog[open]')) htmx.ajax('GET', '/everything', { source: '#dialogs', target: '#dialogs', swap: 'innerHTML' }); },
  settings: () => toggle('/settings', '#settings'),
  search: () => document.dispatchEvent(new CustomEvent('do:search')),
  sidebar: () => { const win = document.querySelector('.window'); click(win.dataset.sidebar === 'open' && innerWidth >= 768 || win.dataset.drawer === 'open' ? '.side [data-drawer="close"]' : '.opener'); },
  message: () => { leave(); document.getElementById('message').focus(); },
  previous: () => go(-1),
  next: () => go(1),
  copy: () => { const button = [...document.querySelectorAll('.turn[data-role="assistant"] [data-copy]')].at(-1); if (button) button.click(); },
};

/** Does what the shortcut of that id does. */
export function act(id, command) {
  if (actions[id]) actions[id]();
  else if (command) run(command);
}

/** A key event as the table writes it: "Ctrl+Shift+F". */
export function written({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  const named = key === ' ' ? 'Space' : key.length > 1 ? key : /^(Key|Digit)/.test(code) && (ctrlKey || altKey || metaKey) ? code.at(-1) : key;
  const bare = named.length === 1 && !/[a-z0-9]/i.test(named) && !ctrlKey && !altKey && !metaKey; // "?" is what Shift makes it
  return [(ctrlKey || metaKey) && 'Ctrl', altKey && 'Alt', shiftKey && !bare && 'Shift', named.length === 1 ? named.toUpperCase() : named].filter(Boolean).join('+');
}

export function connect(list) {
  function onKey(event) {
    if (event.defaultPrevented) return;
    const keys = written(event);
    const row = [...list.children].find(({ dataset }) => dataset.keys === keys);
    if (!row) return;
    const typing = event.target.closest?.('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]');
    if (typing && !event.ctrlKey && !event.metaKey && !event.altKey && keys.length === 1) return;
    if (document.querySelector('dialog[open]') && row.dataset.id !== 'palette') return;
    event.preventDefault();
    act(row.dataset.id, row.dataset.command);
  }
  return all(listen(document, 'keydown', onKey));
}
