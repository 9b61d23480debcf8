// Renames a chat or a folder in its place; leaving the field saves, Escape does
// not.
import htmx from './htmx.js';

/** @param {Element} row - of the list, .chat or .folder */
export function rename(row) {
  if (row.querySelector(':scope > .rename')) return;
  const old = row.querySelector('.title').textContent;
  const path = row.dataset.chat ? `/chats/${row.dataset.chat}/title` : `/folders/${row.dataset.folder}/name`;
  const form = document.getElementById('rename-pattern').content.firstElementChild.cloneNode(true);
  const field = form.elements.title;
  let over = false;

  function end(save) {
    if (over) return;
    over = true;
    const title = field.value.trim();
    form.remove();
    row.removeAttribute('hx-morph-skip');
    row.removeAttribute('data-renamed');
    row.querySelector('.open, summary').focus();
    if (save && title && title !== old) htmx.ajax('POST', path, { source: row, values: { title }, target: '#sidebar', swap: 'outerMorph' });
  }

  row.setAttribute('hx-morph-skip', ''); // or a refresh of the list would take the field away
  field.value = old;
  form.addEventListener('submit', (event) => { event.preventDefault(); end(true); });
  field.addEventListener('blur', () => end(true));
  form.addEventListener('keydown', (event) => {
    event.stopPropagation(); // the keys are the field's, not the list's
    if (event.key === 'Escape') { event.preventDefault(); end(false); }
  });
  row.setAttribute('data-renamed', '');
  row.append(form);
  field.select();
}
