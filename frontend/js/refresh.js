// Fetches a fragment again when the app says that it is out of date. Morphing
// keeps the focus, the scroll position and what is being typed.
import { all } from './behaviours.js';
import htmx from './htmx.js';
import { latest } from './latest.js';
import { on } from './wails.js';

export function connect() {
  // The app shows another chat, such as an empty one once all were deleted.
  const opened = on('replaced', (chat) => htmx.ajax('GET', `/chats/${chat}`, { source: '#layer', target: '#conversation', swap: 'outerHTML' }));
  const drawModel = latest(() => fetchInto('#composer', `/chats/${document.getElementById('conversation').dataset.chat}`, { select: '#composer', selectOOB: '#heading:outerMorph', source: '#heading' }));
  const drawSettings = latest(() => {
    const settings = document.getElementById('settings');
    return settings ? fetchInto('#settings', `/settings?own=${settings.dataset.own}`) : undefined;
  });
  const drawCommands = () => fetchInto('#palette-panel', '/commands', { select: '#palette', target: '#palette' });
  const refresh = ({ what, chat, turn }) => {
    const conversation = document.getElementById('conversation');
    const path = `/chats/${conversation.dataset.chat}`;
    if (what === 'settings') {
      drawSettings();
      fetchInto('#shortcuts', '/shortcuts');
      drawCommands();
    } else if (what === 'commands') {
      drawCommands();
      if (document.getElementById('help')) fetchInto('#help', '/help');
    } else if (what === 'sidebar') {
      fetchInto('#sidebar', '/chats');
    } else if (what === 'turn') {
      if (document.getElementById(`turn-${turn}`)) fetchInto(`#turn-${turn}`, `/turns/${turn}`, { source: '#turns' }); // not the turn, which may just be fetching itself
    } else if (what === 'heading') {
      if (String(chat) === conversation.dataset.chat) fetchInto('#heading', path, { select: '#heading' });
    } else if (what === 'attachments') {
      if (String(chat ?? 0) === conversation.dataset.chat) fetchInto('#attachments', `${path}/attachments`);
    } else if (what === 'model') {
      drawModel();
    } else if (what === 'conversation' && String(chat) === conversation.dataset.chat) {
      fetchInto('#conversation', path);
    }
  };
  const refreshed = on('refresh', refresh);
  // A load that ended before anybody listened here was told to nobody. It may also
  // have ended while the page was made, between its heading and its pill.
  if (document.querySelector('#status[data-state="loading"]') || !document.querySelector('#heading .model')) refresh({ what: 'model' });
  return all(opened, refreshed);
}

function fetchInto(target, path, options) {
  return htmx.ajax('GET', path, { source: target, target, swap: 'outerMorph', ...options });
}
