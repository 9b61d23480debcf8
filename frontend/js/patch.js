import { kept } from './kept.js';

/**
 * Makes the element old equal to next by changing only what differs, so that
 * selections, scroll positions and focus inside what stays are kept.
 */
export function patch(old, next) {
  if (old.isEqualNode(next)) return;
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && !kept(old, name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value && !kept(old, name)) old.setAttribute(name, value);
  fill(old, 0, [...next.childNodes]);
}

/**
 * Changes the end of a long block, deep inside it, and looks at nothing else.
 * Returns false when the block is not what the change is for. See markdown.Patch.
 */
export function amend(block, { path, keep, text, html }) {
  const el = path.reduce((node, i) => node?.childNodes[i], block);
  if (!el || el.childNodes.length < keep) return false;
  const next = document.createElement('template');
  next.innerHTML = html;
  const nodes = [...next.content.childNodes];
  if (text > 0) {
    const old = el.childNodes[keep];
    if (!(old instanceof Text) || old.length < text) return false;
    const more = nodes[0]?.nodeType === Node.TEXT_NODE ? nodes.shift().data : '';
    grow(old, old.data.slice(0, text) + more);
    keep += 1;
  }
  fill(el, keep, nodes);
  return true;
}

// fill makes nodes the children of parent from index keep on.
function fill(parent, keep, nodes) {
  const olds = [...parent.childNodes].slice(keep);
  nodes.forEach((node, i) => place(parent, olds[i], node));
  olds.slice(nodes.length).forEach((node) => node.remove());
}

function place(parent, old, node) {
  if (!old) parent.append(node);
  else if (drawnFrom(old, node)) sameSource(old, node) || old.replaceWith(node);
  else if (old.nodeType !== node.nodeType || old.nodeName !== node.nodeName) old.replaceWith(node);
  else if (node.nodeType === Node.ELEMENT_NODE) patch(old, node);
  else if (old.data !== node.data) grow(old, node.data);
}

const source = (node) => node.dataset?.tex ?? (node.dataset?.diagram === undefined ? undefined : node.querySelector('code').textContent);

/** Whether one of the two holds what the page drew from a source, or will: a formula, a diagram. */
export const drawnFrom = (...nodes) => nodes.some((node) => source(node) !== undefined);

/** Whether what is drawn may stay where next comes. */
export const sameSource = (old, next) => source(old) === source(next);

// grow appends where it can: replacing a text would drop a selection in it.
function grow(text, data) {
  if (data.startsWith(text.data)) text.appendData(data.slice(text.data.length));
  else text.data = data;
}
