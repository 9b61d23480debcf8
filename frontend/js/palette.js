// The command palette: opens when a message starts with a slash, narrows as the
// name is typed, and lists what may follow a name. The focus stays in the
// message box; aria-activedescendant tells what is chosen.
import { announce } from './announce.js';
import { all, listen } from './behaviours.js';
import htmx from './htmx.js';
import { count } from './words.js';

export function connect(box) {
  const panel = document.getElementById('palette-panel');
  const more = panel.querySelector('#palette-arguments'); // what may follow, made by the app
  let dismissed = false; // by Escape, until the slash is gone
  let asked = ''; // the line that more is about

  const options = () => [...panel.querySelectorAll('[role="option"]')];
  const open = () => !panel.hidden;
  const shown = () => options().filter((option) => !option.hidden);
  const chosen = () => options().find((option) => option.ariaSelected === 'true');
  const typed = () => /^\/((?:[a-z][a-z0-9-]*)?)(\s?)/i.exec(box.value);

  function update() {
    const match = typed();
    if (!box.value.startsWith('/')) dismissed = false;
    if (!match || dismissed || document.activeElement !== box || !/^\/(?:[a-z][a-z0-9-]*)?(?:\s|$)/i.test(box.value)) return close();
    const [, name, space] = match;
    narrow(name.toLowerCase(), space !== '');
    if (!space) forget();
    panel.querySelector('.nothing').hidden = shown().length > 0;
    if (space && shown().length === 0) return close();
    if (panel.hidden || name !== panel.dataset.name) announce(count('page.commands', shown().length));
    panel.dataset.name = name;
    panel.hidden = false;
    box.setAttribute('role', 'combobox');
    box.setAttribute('aria-expanded', 'true');
    choose(shown().find((option) => option.dataset.name?.startsWith(name.toLowerCase())) ?? shown()[0]);
    if (space) ask();
  }

  // Names count first; what commands do counts where no name fits.
  function narrow(name, complete) {
    const commands = options().filter((option) => option.dataset.name);
    const show = (fits) => { for (const option of commands) option.hidden = !fits(option); };
    show(({ dataset }) => (complete ? dataset.name === name : dataset.name.includes(name)));
    if (!complete && commands.every((option) => option.hidden)) show(({ textContent }) => textContent.toLowerCase().includes(name));
  }

  let asking = false; // one question at a time; the last one counts

  async function ask() {
    if (asking || box.value === asked) return;
    asking = true;
    while (open() && typed()?.[2] && box.value !== asked) {
      asked = box.value;
      await htmx.ajax('GET', `/complete?line=${encodeURIComponent(asked)}`, { source: panel, target: more, swap: 'innerHTML' });
    }
    asking = false;
    if (!open() || !typed()?.[2]) return forget();
    // A line that is not whole yet is what its best completion makes it.
    if (more.querySelector('[data-needed]')) choose(more.querySelector('[role="option"]'));
  }

  function forget() {
    asked = '';
    more.replaceChildren();
  }

  function choose(option) {
    for (const other of options()) other.ariaSelected = String(other === option);
    if (!option) return box.removeAttribute('aria-activedescendant');
    box.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  function close() {
    panel.hidden = true;
    choose(undefined);
    forget();
    box.removeAttribute('role');
    box.removeAttribute('aria-expanded');
  }

  function step(by) {
    const list = shown();
    choose(list.at((list.indexOf(chosen()) + by) % list.length));
  }

  function write(text) {
    box.value = text;
    box.setSelectionRange(text.length, text.length);
    box.dispatchEvent(new Event('input', { bubbles: true }));
  }

  const complete = ({ dataset }) => write(dataset.line ?? `/${dataset.name} `);

  // Arguments that are already typed belong to the command.
  function run(option) {
    if (option.dataset.line) write(option.dataset.line);
    else if (!typed()?.[2]) write(`/${option.dataset.name}`);
    close();
    box.form.requestSubmit();
  }

  function onKey(event) {
    if (!open()) return;
    const option = chosen();
    const actions = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Escape: () => { dismissed = true; close(); },
      Tab: option && !event.shiftKey && (option.dataset.line || !typed()[2]) && (() => complete(option)),
      Enter: option && !event.shiftKey && (() => run(option)),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  }

  function onClick(event) {
    const option = event.target.closest('[role="option"]');
    if (option) ('argument' in option.dataset ? complete : run)(option);
  }

  return all(
    listen(box, 'input', update),
    listen(box, 'focus', update),
    listen(box, 'blur', close),
    listen(box, 'keydown', onKey, { capture: true }),
    listen(panel, 'mousedown', (event) => event.preventDefault()), // keeps the focus in the box
    listen(panel, 'click', onClick),
    close,
  );
}
