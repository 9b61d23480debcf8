// The copy button of a turn, which names a path that gives its Markdown.
import { announce } from './announce.js';
import { listen } from './behaviours.js';
import * as wails from './wails.js';
import { say } from './words.js';

const thanks = 1600; // ms that a button says it is done

export function connect(body) {
  return listen(body, 'click', ({ target }) => {
    const button = target.closest('[data-copy]');
    if (button) copy(button, () => text(button.dataset.copy));
  });
}

async function text(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
}

/** Copies what source gives, and has button and screen reader say so. */
export async function copy(button, source) {
  const done = await Promise.resolve(source()).then(wails.copy).catch(() => false);
  announce(say(done ? 'page.copied' : 'page.not_copied'));
  if (!done) return;
  button.dataset.done = '';
  setTimeout(() => delete button.dataset.done, thanks);
}
