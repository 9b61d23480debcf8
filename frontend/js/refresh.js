// Fetches a fragment again when the app says that it is out of date. Morphing
// keeps the focus, the scroll position and what is being typed.
import { all } from './behaviours.js';
import htmx from './htmx.js';
import { on } from './wails.js';

export function connect() {
  // The app shows another chat, such as an empty one once all were deleted.
  const opened = on('replaced', (chat) => htmx.ajax('GET', `/chats/${chat}`, { source: '#layer', target: '#conversation', swap: 'outerHTML' }));
  const path = () => `/chats/${document.getElementById('conversation').dataset.chat}`;
  const drawCommands = () => fetchInto('#palette-panel', '/commands', { select: '#palette', target: '#palette' });
  const refresh = ({ what, chat, turn, model }) => {
    const conversation = document.getElementById('conversation');
    if (what === 'settings') {
      fetchInto('#settings', () => `/settings?own=${document.getElementById('settings').dataset.own}`);
      fetchInto('#shortcuts', '/shortcuts');
      drawCommands();
    } else if (what === 'commands') {
      drawCommands();
      fetchInto('#help', '/help');
    } else if (what === 'sidebar') {
      fetchInto('#sidebar', '/chats');
    } else if (what === 'turn') {
      fetchInto(`#turn-${turn}`, `/turns/${turn}`, { source: '#turns' }); // not the turn, which may just be fetching itself
    } else if (what === 'heading') {
      if (String(chat) === conversation.dataset.chat) fetchInto('#heading', path, { select: '#heading' });
    } else if (what === 'attachments') {
      if (String(chat ?? 0) === conversation.dataset.chat) fetchInto('#attachments', () => `${path()}/attachments`);
    } else if (what === 'defaults') {
      const place = `#defaults-${model}`;
      if (document.querySelector(`${place} > form`)) fetchInto(place, `/models/${model}/defaults`, { swap: 'outerHTML' });
    } else if (what === 'model') {
      fetchInto('#composer', path, { select: '#composer', selectOOB: '#heading:outerMorph', source: '#heading' });
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

const waiting = new Map(); // by the element that asks: what it fetches next, by target

// Fetches into a target, if it is there. htmx drops what an element asks for while
// it waits for something else, so each asks for one thing at a time, and once for
// what it is told of several times meanwhile.
async function fetchInto(target, path, options) {
  const request = { path, source: target, target, swap: 'outerMorph', ...options };
  if (waiting.has(request.source)) return waiting.get(request.source).set(request.target, request);
  const queue = new Map([[request.target, request]]);
  waiting.set(request.source, queue);
  for (const [place, { path, ...how }] of queue) { // those that come meanwhile, too
    queue.delete(place);
    if (!document.querySelector(place)) continue;
    await htmx.ajax('GET', typeof path === 'function' ? path() : path, how)?.catch(() => {}); // htmx has told it
  }
  waiting.delete(request.source);
}
