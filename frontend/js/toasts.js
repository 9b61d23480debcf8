// Shows toasts: those that the app sends as events, and the page's own. The app
// keeps its own until somebody listens.
import htmx from './htmx.js';
import { post } from './http.js';
import { on } from './wails.js';

export function connect() {
  const stop = on('toast', show);
  post('/listening').catch(() => {});
  return stop;
}

/** @param {{text: string, undo?: string, kind?: string}} toast - undo is a path to post to */
export function show({ text, undo = '', kind = 'info' }) {
  const toast = document.getElementById('toast-pattern').content.firstElementChild.cloneNode(true);
  toast.dataset.kind = kind;
  toast.querySelector('.text').textContent = text;
  const button = toast.querySelector('.undo');
  if (undo) button.setAttribute('hx-post', undo);
  else button.remove();
  document.getElementById('toasts').append(toast);
  htmx.process(toast);
}
