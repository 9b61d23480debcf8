// Zoom by Ctrl with + or -, or the wheel; Ctrl+0 is the usual size. The web view
// does it, and the app remembers.
import { announce } from './announce.js';
import { all, listen } from './behaviours.js';
import { zoom } from './wails.js';

const steps = { '+': 1, '=': 1, '-': -1, 0: 0 };

export function connect(body) {
  let last = Promise.resolve(); // steps go one after the other, or the sizes could come out of order

  function go(step) {
    last = last.then(() => zoom(step)).then((percent) => { if (percent > 0) announce(`${percent} %`); }).catch(() => {});
  }

  return all(
    listen(body, 'keydown', (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || !(event.key in steps)) return;
      event.preventDefault();
      go(steps[event.key]);
    }),
    listen(body, 'wheel', (event) => {
      if (!event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      go(event.deltaY < 0 ? 1 : -1);
    }, { passive: false }),
  );
}
