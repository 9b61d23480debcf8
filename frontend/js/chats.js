// The list of chats by keyboard: up and down move, F2 renames, Delete deletes.
// Renaming happens in place; leaving the field saves, Escape does not.
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';

export function connect(nav) {
  function onKey(event) {
    const chat = event.target.closest('.chat');
    if (!chat || event.target.matches('input')) return;
    const move = { ArrowDown: chat.nextElementSibling, ArrowUp: chat.previousElementSibling }[event.key];
    if (move) move.querySelector('.open').focus();
    else if (event.key === 'F2') rename(chat);
    else if (event.key === 'Delete') chat.querySelector('[data-delete]').click();
    else return;
    event.preventDefault();
  }
  return all(
    listen(nav, 'keydown', onKey),
    listen(nav, 'click', ({ target }) => target.closest('[data-rename]') && rename(target.closest('.chat'))),
    listen(nav, 'dblclick', ({ target }) => target.closest('.open') && rename(target.closest('.chat'))),
  );
}

function rename(chat) {
  if (chat.querySelector('.rename')) return;
  const old = chat.querySelector('.title').textContent;
  const form = document.getElementById('rename-pattern').content.firstElementChild.cloneNode(true);
  const field = form.elements.title;
  let over = false;

  function end(save) {
    if (over) return;
    over = true;
    const title = field.value.trim();
    form.remove();
    chat.removeAttribute('hx-morph-skip');
    chat.querySelector('.open').focus();
    if (save && title && title !== old) {
      htmx.ajax('POST', `/chats/${chat.dataset.chat}/title`, { source: chat, values: { title }, target: '#sidebar', swap: 'outerMorph' });
    }
  }

  chat.setAttribute('hx-morph-skip', ''); // or a refresh of the list would take the field away
  field.value = old;
  form.addEventListener('submit', (event) => { event.preventDefault(); end(true); });
  field.addEventListener('blur', () => end(true));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { event.preventDefault(); end(false); }
  });
  chat.append(form);
  field.select();
}
