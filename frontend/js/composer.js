// The message box: grows with its text, sends with Enter, and lets go of the
// text only when it has arrived.
import { all, listen } from './behaviours.js';

export function connect(form) {
  const box = form.elements.text;
  let sent = ''; // text that the request under way takes along
  let busy = false; // there is one, and htmx lets go of a second
  let again = false; // Enter came meanwhile
  let answered = false; // its answer may put another box in place of this one

  function grow() {
    box.style.blockSize = 'auto';
    box.style.blockSize = `${box.scrollHeight}px`;
  }

  function write(text, into = box) {
    into.value = text;
    into.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function onKey(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.defaultPrevented) return;
    if (document.documentElement.dataset.send === 'ctrl+enter' && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    form.requestSubmit();
  }

  // Capturing, so that this comes before htmx.
  function onSubmit(event) {
    if (!busy && box.value.trim() !== '') {
      sent = box.value;
      form.elements.at.value = performance.now();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    again = busy && box.value !== sent; // Enter twice sends once
    box.focus();
  }

  // These listen on the document: an answer may replace the whole conversation.
  function onRequest({ detail: { ctx } }) {
    if (ctx.sourceElement === form) busy = true;
  }

  function onAnswer({ detail: { ctx } }) {
    if (ctx.sourceElement !== form) return;
    if (!ctx.response || ctx.response.status >= 400) {
      again = false;
      return;
    }
    document.getElementById('composer-error').textContent = '';
    answered = true;
    if (sent && box.value.startsWith(sent)) write(box.value.slice(sent.length));
    // Unless the answer, or the user meanwhile, has put the focus elsewhere.
    if (document.activeElement === document.body || form.contains(document.activeElement)) box.focus({ preventScroll: true });
  }

  function onEnd({ detail: { ctx } }) {
    if (ctx.sourceElement !== form) return;
    if (again && ctx.response) setTimeout(() => form.requestSubmit()); // once htmx is done with this one
    [sent, busy, again, answered] = ['', false, false, false];
  }

  // What was typed after a message that began a chat goes on in that chat.
  function handOver() {
    const next = document.getElementById('message');
    if (!answered || !next || !box.value) return;
    write(box.value + next.value, next);
    write('');
    if (again) setTimeout(() => next.form.requestSubmit()); // once it is connected
  }

  const resized = new ResizeObserver(grow);
  resized.observe(form);
  return all(
    listen(box, 'input', grow),
    listen(box, 'keydown', onKey),
    listen(form, 'submit', onSubmit, { capture: true }),
    listen(document, 'htmx:before:request', onRequest),
    listen(document, 'htmx:after:request', onAnswer),
    listen(document, 'htmx:finally:request', onEnd),
    listen(form.querySelector('[data-slash]'), 'click', () => { box.focus(); if (!box.value.startsWith('/')) write('/' + box.value); }),
    () => resized.disconnect(),
    handOver,
  );
}
