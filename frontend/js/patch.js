import { kept } from './kept.js';

/**
 * Makes the element old equal to next by changing only what differs, so that
 * selections, scroll positions and focus inside what stays are kept.
 */
export function patch(old, next) {
  if (old.isEqualNode(next)) return;
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && !kept(old, name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value && !kept(old, name)) old.setAttribute(name, value);
  const olds = [...old.childNodes];
  const nexts = [...next.childNodes];
  nexts.forEach((node, i) => place(old, olds[i], node));
  olds.slice(nexts.length).forEach((node) => node.remove());
}

function place(parent, old, node) {
  if (!old) parent.append(node);
  else if (drawnFrom(old, node)) sameSource(old, node) || old.replaceWith(node);
  else if (old.nodeType !== node.nodeType || old.nodeName !== node.nodeName) old.replaceWith(node);
  else if (node instanceof Element) patch(old, node);
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
