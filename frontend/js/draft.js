// Saves what is being typed, so that it outlives the window, and so that the
// model can read along: at once where a word or sentence ends, at the first key
// (what was said before can be made ready) and after a paste; else after a pause.
// One request at a time: what is typed meanwhile goes with the next.
import { all, listen } from './behaviours.js';
import { post } from './http.js';

const pause = 300; // ms after the last key
const most = 2000; // ms that typing without a pause may go on
const ends = /[\s.,;:?!…。，？！]$/;

export function connect(box) {
  let timer = 0;
  let since = 0; // when the first key was pressed that is not saved
  let known = box.value; // what was saved last
  let sending = false;

  /** Saves now. The text is still in the box, so a failure is no news. */
  function save() {
    if (!timer) return;
    clearTimeout(timer);
    timer = since = 0;
    known = box.value;
    sending = true;
    // Keeps going while the page is closed.
    post('/draft', { chat: box.form.dataset.chat, text: known, at: performance.now() }, { keepalive: known.length < 30_000 })
      .catch(() => {})
      .finally(() => {
        sending = false;
        if (timer && due()) save();
      });
  }

  /** Tells whether what is in the box had better not wait for a pause. */
  function due() {
    return !known || ends.test(box.value);
  }

  // What is sent needs no draft, and what was typed then is none.
  function onSubmit() {
    clearTimeout(timer);
    timer = since = 0;
  }

  function onEnd({ detail: { ctx } }) {
    if (ctx.sourceElement === box.form && box.value) onInput({}); // it came back, or there is more
  }

  function onInput({ inputType }) {
    since ||= performance.now();
    clearTimeout(timer);
    const pasted = ['insertFromPaste', 'insertFromDrop'].includes(inputType);
    const now = pasted || due() && !sending;
    timer = setTimeout(save, now ? 0 : Math.min(pause, since + most - performance.now()));
  }

  return all(
    listen(box, 'input', onInput),
    listen(box, 'blur', save),
    listen(window, 'pagehide', save),
    listen(box.form, 'submit', onSubmit),
    listen(document, 'htmx:finally:request', onEnd),
    save, // the box goes when another chat is opened
  );
}
