// Offers to make a long text that was pasted a file of its own.
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';

const long = 8000; // characters from which on a text is better read than edited

export function connect(box) {
  const offer = document.getElementById('paste-offer');
  let pasted = '';

  function onPaste(event) {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.length < long) return;
    pasted = text.replace(/\r\n?/g, '\n');
    offer.hidden = false;
  }

  async function attach() {
    offer.hidden = true;
    const at = box.value.indexOf(pasted);
    if (at < 0) return;
    const files = document.getElementById('attachments');
    const before = files.childElementCount;
    await htmx.ajax('POST', `/chats/${box.form.dataset.chat}/attachments`, { source: files, target: files, swap: 'outerMorph', values: { text: pasted } });
    if (document.getElementById('attachments').childElementCount <= before) return; // it was refused: the text stays
    box.value = box.value.replace(pasted, () => '');
    box.dispatchEvent(new Event('input', { bubbles: true }));
    box.focus();
  }

  return all(
    listen(box, 'paste', onPaste),
    listen(box, 'input', () => { offer.hidden ||= !box.value.includes(pasted); }),
    listen(offer.querySelector('button'), 'click', attach),
  );
}
