// The welcome of a new user: fetched again when a download begins or ends, and
// the message box has the focus once the user wants to try.
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';
import { latest } from './latest.js';
import { on } from './wails.js';

export function connect(welcome) {
  const draw = latest(async () => {
    if (welcome.isConnected && !welcome.hidden) await htmx.ajax('GET', '/welcome', { source: welcome, target: '#welcome', swap: 'outerMorph' });
  });
  if (welcome.querySelector('.download')) draw(); // which may have ended while this was on its way
  return all(
    on('refresh', ({ what }) => (what === 'models' || what === 'model') && draw()),
    listen(welcome, 'click', ({ target }) => target.closest('[data-try]') && document.getElementById('message').focus()),
  );
}
