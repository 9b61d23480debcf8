// Saves what is being typed, so that it outlives the window.
import { all, listen } from './behaviours.js';
import { post } from './http.js';

const pause = 300; // ms after the last key

export function connect(box) {
  let timer = 0;

  function save() {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    // Keeps going while the page is closed. The text is still in the box, so a failure is no news.
    post('/draft', { chat: box.form.dataset.chat, text: box.value }, { keepalive: box.value.length < 30_000 }).catch(() => {});
  }

  return all(
    listen(box, 'input', () => { clearTimeout(timer); timer = setTimeout(save, pause); }),
    listen(box, 'blur', save),
    listen(window, 'pagehide', save),
    save, // the box goes when another chat is opened
  );
}
