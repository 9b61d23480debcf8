// Shows toasts: those that the app sends as events, and the page's own.
import htmx from './htmx.js';
import { on } from './wails.js';

export function connect() {
  return on('toast', show);
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
