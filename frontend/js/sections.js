// The table of contents beside a long page: a click scrolls and moves the focus,
// and the part that is read is marked.
import { all, listen } from './behaviours.js';

export function connect(sheet) {
  const body = sheet.querySelector('.body');
  const buttons = () => [...sheet.querySelectorAll('[data-section]')];
  const part = (button) => sheet.querySelector(`#section-${button.dataset.section}`);

  function go({ target }) {
    const button = target.closest('[data-section]');
    if (!button) return;
    part(button).scrollIntoView({ block: 'start' });
    part(button).querySelector('h2').focus({ preventScroll: true });
    mark(button);
  }

  // In a narrow window the table is a row that scrolls.
  function mark(current) {
    if (current.getAttribute('aria-current') === 'true') return;
    current.scrollIntoView({ block: 'nearest', inline: 'center' });
    for (const button of buttons()) {
      if (button === current) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  function follow() {
    if (body.scrollTop === 0) return mark(buttons()[0]);
    const top = body.getBoundingClientRect().top + 80;
    const end = body.scrollHeight - body.clientHeight - body.scrollTop < 4;
    const list = buttons();
    mark(end ? list.at(-1) : list.findLast((button) => part(button).getBoundingClientRect().top <= top) ?? list[0]);
    return undefined;
  }

  // The layer shows the sheet, and gives its heading the focus, once it is there.
  if (sheet.dataset.part) requestAnimationFrame(() => sheet.querySelector(`[data-section="${sheet.dataset.part}"]`)?.click());
  follow();
  return all(listen(sheet, 'click', go), listen(body, 'scroll', follow, { passive: true }));
}
