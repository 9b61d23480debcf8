// Copy buttons: those of turns name a path that gives the Markdown, those of
// code blocks copy the code beside them.
import { announce } from './announce.js';
import { listen } from './behaviours.js';
import { copy } from './wails.js';
import { words } from './words.js';

const thanks = 1600; // ms that the button says so

export function connect(body) {
  return listen(body, 'click', async ({ target }) => {
    const button = target.closest('[data-copy], figure.code .copy');
    if (!button) return;
    const done = await source(button).then(copy).catch(() => false);
    announce(done ? words.copied : words.notCopied);
    if (done) thank(button);
  });
}

async function source(button) {
  const path = button.dataset.copy;
  if (!path) return button.closest('figure').querySelector('pre').textContent;
  const response = await fetch(path);
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
}

function thank(button) {
  const icon = button.querySelector('use');
  const [show, hide] = icon
    ? [() => icon.setAttribute('href', '#icon-check'), () => icon.setAttribute('href', '#icon-copy')]
    : [() => (button.textContent = 'Copied'), () => (button.textContent = 'Copy')];
  button.dataset.done = '';
  show();
  setTimeout(() => { delete button.dataset.done; hide(); }, thanks);
}
