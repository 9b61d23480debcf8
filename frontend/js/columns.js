// A long table that grows holds its columns as wide as they are (prose.css), so that
// a browser lays out the rows that come, and not all of them anew. When the reply is
// done, when there is another width for it or letters of another size, and when
// something comes that does not wrap, it is laid out as tables are.
import { all, listen } from './behaviours.js';

const long = 4; // the head, and groups of rows: the last of more than 64
const whole = '.math, img'; // what does not wrap

export function connect(turns) {
  const widths = new WeakMap(); // what is around a table → its width, px

  function onWritten({ target, detail: { parts, final } }) {
    if (final) return target.querySelectorAll('[data-held]').forEach(letGo);
    if (!parts?.some(({ part }) => part === 'text')) return;
    let table = target.querySelector('[data-part="text"]'); // the one that it ends with
    while (table && table.localName !== 'table') table = table.lastElementChild;
    if (!table || table.childElementCount < long) return;
    if (!table.hasAttribute('data-held')) table.querySelector(whole) ?? hold(table);
    else if (table.lastElementChild.querySelector(whole)) letGo(table);
  }

  function hold(table) {
    const columns = [...table.rows[0].cells].map((cell) => cell.getBoundingClientRect().width);
    if (columns.includes(0)) return; // it is not shown
    table.style.setProperty('--columns', columns.map((width) => `${width}px`).join(' '));
    table.style.setProperty('--all-columns', `${columns.reduce((sum, width) => sum + width)}px`);
    table.setAttribute('data-held', '');
    sized.observe(table.parentElement.parentElement);
  }

  function letGo(table) {
    table.removeAttribute('data-held');
    table.removeAttribute('style');
    sized.unobserve(table.parentElement.parentElement);
  }

  const sized = new ResizeObserver((entries) => {
    for (const { target, contentRect: { width } } of entries) {
      if (widths.has(target) && widths.get(target) !== width) target.querySelectorAll('[data-held]').forEach(letGo);
      widths.set(target, width);
    }
  });
  const restyled = new MutationObserver(() => turns.querySelectorAll('[data-held]').forEach(letGo));
  restyled.observe(document.documentElement, { attributes: true });
  return all(
    listen(turns, 'reply:written', onWritten),
    () => sized.disconnect(),
    () => restyled.disconnect(),
  );
}
