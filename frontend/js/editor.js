// The editor of a text that stands on the page: grows with it as long as its
// buttons stay in sight, saves with Enter (or Ctrl+Enter, where Enter starts a
// line), and leaves with Escape.
import { all, listen } from './behaviours.js';

export function connect(form) {
  const box = form.querySelector('textarea');
  const scroller = form.closest('.scroller');
  const pane = scroller?.parentElement;
  const margins = 2 * parseFloat(getComputedStyle(form).scrollMarginBlockStart);

  function grow() {
    const at = box.scrollTop;
    box.style.blockSize = 'auto';
    const room = (scroller?.clientHeight ?? Infinity) - margins - (form.offsetHeight - box.offsetHeight);
    box.style.blockSize = `${Math.min(box.scrollHeight + 2, room)}px`;
    box.scrollTop = at;
  }

  function onKey(event) {
    const saves = event.ctrlKey || event.metaKey || ('enter' in form.dataset && !event.shiftKey);
    if (event.key === 'Enter' && saves) form.requestSubmit();
    else if (event.key === 'Escape') form.querySelector('[data-cancel]').click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Tells the styles, which need not look for it in the whole talk.
  const tell = (editing) => pane?.toggleAttribute('data-editing', editing);

  // What is being edited outlives every refresh, until it has been saved.
  function onAnswer({ detail: { ctx } }) {
    if (ctx.sourceElement === form && ctx.response?.status < 400) form.closest('[hx-morph-skip]')?.removeAttribute('hx-morph-skip');
  }

  grow();
  tell(true);
  box.focus({ preventScroll: true });
  box.setSelectionRange(box.value.length, box.value.length);
  box.scrollTop = box.scrollHeight;
  form.scrollIntoView({ block: 'nearest' });
  return all(
    () => tell(false),
    listen(form, 'focusin', () => tell(true)),
    listen(form, 'focusout', () => tell(false)),
    listen(box, 'input', grow),
    listen(window, 'resize', grow),
    listen(form, 'keydown', onKey),
    listen(document, 'htmx:after:request', onAnswer),
  );
}
