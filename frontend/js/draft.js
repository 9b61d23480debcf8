// Saves what is being typed, so that it outlives the window, and so that the
// model can read along.
import { all, listen } from './behaviours.js';
import { post } from './http.js';

const pause = 300; // ms after the last key
const most = 2000; // ms that typing without a pause may go on

export function connect(box) {
  let timer = 0;
  let since = 0; // when the first key was pressed that is not saved

  function save() {
    if (!timer) return;
    clearTimeout(timer);
    timer = since = 0;
    // Keeps going while the page is closed. The text is still in the box, so a failure is no news.
    post('/draft', { chat: box.form.dataset.chat, text: box.value }, { keepalive: box.value.length < 30_000 }).catch(() => {});
  }

  function onInput({ inputType }) {
    since ||= performance.now();
    const pasted = ['insertFromPaste', 'insertFromDrop'].includes(inputType);
    clearTimeout(timer);
    timer = setTimeout(save, pasted ? 0 : Math.min(pause, since + most - performance.now()));
  }

  return all(
    listen(box, 'input', onInput),
    listen(box, 'blur', save),
    listen(window, 'pagehide', save),
    save, // the box goes when another chat is opened
  );
}
