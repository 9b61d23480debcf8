// A copy of text with formulas in it holds their TeX, not what was drawn.
import { listen } from './behaviours.js';

const lines = 'p, li, dt, dd, tr, pre, h1, h2, h3, h4, h5, h6';

export function connect() {
  return listen(document, 'copy', (event) => {
    const selection = getSelection();
    if (selection.isCollapsed || selection.rangeCount === 0) return;
    const part = whole(selection.getRangeAt(0).cloneRange()).cloneContents();
    const formulas = part.querySelectorAll('.math[data-tex]');
    if (formulas.length === 0) return;
    for (const formula of formulas) formula.textContent = source(formula.dataset);
    for (const line of part.querySelectorAll(lines)) line.append('\n');
    event.clipboardData.setData('text/plain', part.textContent.trim());
    event.preventDefault();
  });
}

// whole lets a range end outside of formulas.
function whole(range) {
  const around = (node) => (node.closest ? node : node.parentElement)?.closest('.math[data-tex]');
  const [first, last] = [around(range.startContainer), around(range.endContainer)];
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  return range;
}

const source = ({ tex, display }) => (display === undefined ? `$${tex}$` : `$$\n${tex}\n$$`);
