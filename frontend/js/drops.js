// Files that are dragged over the window: what would take them shows it. The
// sidebar and the dialog of imports take chats; all else is for the next message.
// A web view may keep the files to itself and hand them to the app, which then
// asks what took them.
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';
import { on } from './wails.js';

export function connect(body) {
  let own = false; // what is dragged comes from this page
  let entered = null; // the innermost element under it
  let took = { chats: false, files: false }; // what the last drop was on, and whether the page had the files

  // WebKitGTK calls files by their addresses, as it does links.
  const holds = ({ dataTransfer }) => !own && dataTransfer?.types.some((type) => type === 'Files' || type === 'text/uri-list');
  const taker = (target) => target.closest?.('.import .drop, dialog.import, #side');

  function mark(target) {
    const place = target && taker(target);
    const marked = place?.querySelector('.drop') ?? place;
    for (const old of body.querySelectorAll('#side[data-drop], .drop[data-drop]')) if (old !== marked) old.removeAttribute('data-drop');
    marked?.setAttribute('data-drop', '');
    document.documentElement.toggleAttribute('data-dropping', Boolean(target) && !place);
  }

  function over(event) {
    if (!holds(event)) return;
    event.preventDefault(); // else the web view would follow the address, or write it into a field
    event.dataTransfer.dropEffect = 'copy';
    entered = event.target;
    mark(entered);
  }

  function leave({ target }) {
    if (target === entered) mark(entered = null);
  }

  function drop(event) {
    mark(entered = null);
    if (!holds(event)) return;
    event.preventDefault();
    const { target, dataTransfer } = event;
    took = { chats: Boolean(taker(target)), files: dataTransfer.files.length > 0 };
    const link = dataTransfer.getData('text/uri-list').trim();
    if (took.files || !/^https?:/.test(link) || !target.matches('textarea, input')) return;
    target.setRangeText(link, target.selectionStart, target.selectionEnd, 'end');
    target.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function dropped() {
    const { chats, files } = took;
    if (chats && files) return; // the page has read them
    htmx.ajax('POST', `/dropped${chats ? '?as=chats' : ''}`, { source: '#dialogs', target: '#dialogs', swap: 'innerHTML' });
  }

  return all(
    listen(document, 'dragstart', (event) => { own = !event.defaultPrevented; }),
    listen(document, 'dragend', () => { own = false; mark(null); }),
    listen(document, 'dragenter', over, { capture: true }),
    listen(document, 'dragover', over, { capture: true }),
    listen(document, 'dragleave', leave, { capture: true }),
    listen(document, 'drop', drop, { capture: true }),
    on('dropped', dropped),
  );
}
