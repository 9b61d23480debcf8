// The edge between the sidebar and the conversation: dragged, or moved with the
// arrows; Home is the narrowest, End the widest, a double click the usual.
import { all, listen } from './behaviours.js';
import { post } from './http.js';

const [least, most, usual, stride] = [200, 520, 280, 16]; // px

export function connect(edge) {
  const win = edge.closest('.window');
  let width = Number(edge.dataset.width) || 0;

  function set(px) {
    width = px && Math.round(Math.min(most, Math.max(least, px)));
    if (width) win.style.setProperty('--side', `${width}px`);
    else win.style.removeProperty('--side');
    edge.ariaValueNow = String(width || usual);
  }

  const keep = () => post('/settings/sidebar', { width }).catch(() => {});
  const now = () => width || win.querySelector('.side').offsetWidth;

  function onKey(event) {
    const forward = document.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const to = { ArrowLeft: now() + (forward === 'ArrowLeft' ? stride : -stride), ArrowRight: now() + (forward === 'ArrowRight' ? stride : -stride), Home: least, End: most }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    set(to);
    keep();
  }

  function onDown(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    edge.focus();
    edge.setPointerCapture(event.pointerId);
    win.setAttribute('data-resizing', '');
    const moved = listen(edge, 'pointermove', ({ clientX }) => {
      const box = win.getBoundingClientRect();
      set(document.dir === 'rtl' ? box.right - clientX : clientX - box.left);
    });
    edge.addEventListener('lostpointercapture', () => { moved(); win.removeAttribute('data-resizing'); keep(); }, { once: true });
  }

  set(width);
  return all(
    listen(edge, 'keydown', onKey),
    listen(edge, 'pointerdown', onDown),
    listen(edge, 'dblclick', () => { set(0); keep(); }),
  );
}
