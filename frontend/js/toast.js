// One toast: goes by itself unless it tells of an error, and never while the
// pointer or the focus is on it.
import { all, listen } from './behaviours.js';

const stay = 9000; // ms: time to read it and to reach for Undo

export function connect(toast) {
  let timer = 0;
  const wait = () => { clearTimeout(timer); if (toast.dataset.kind !== 'error') timer = setTimeout(leave, stay); };
  const hold = () => clearTimeout(timer);

  function leave() {
    if (toast.matches(':hover, :focus-within')) return wait();
    toast.remove();
  }

  wait();
  return all(
    listen(toast, 'pointerenter', hold),
    listen(toast, 'pointerleave', wait),
    listen(toast, 'focusin', hold),
    listen(toast, 'focusout', wait),
    listen(toast, 'click', ({ target }) => target.closest('.close') && toast.remove()),
    listen(toast, 'htmx:finally:request', ({ detail: { ctx } }) => ctx.response?.status < 400 && toast.remove()),
    hold,
  );
}
