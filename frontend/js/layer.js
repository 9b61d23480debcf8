// The layer lies over the conversation and holds a page of its own, such as the
// settings. The conversation stays where it was, out of reach, and has its focus
// back when the layer goes.
import { all } from './behaviours.js';
import htmx from './htmx.js';

const holder = () => document.getElementById('layer');

export function connect(layer) {
  let before; // what had the focus

  const covered = () => document.querySelectorAll('#conversation, #palette-panel');

  function update() {
    const open = layer.childElementCount > 0;
    if (open === layer.hasAttribute('data-open')) return;
    layer.toggleAttribute('data-open', open);
    layer.parentElement.toggleAttribute('data-covered', open);
    for (const el of covered()) el.inert = open;
    if (open) {
      before = layer.contains(document.activeElement) ? undefined : document.activeElement;
      layer.querySelector('h1').focus({ preventScroll: true });
    } else {
      const back = before?.isConnected && before !== document.body ? before : document.getElementById('message');
      back?.focus({ preventScroll: true });
    }
  }

  function onClick({ target }) {
    if (target.closest('[data-leave]')) leave();
  }

  // Another chat that was opened is what the user wants to see.
  function onSwap({ detail: { ctx } }) {
    if (!layer.hasAttribute('data-open')) return;
    if (ctx.target?.id === 'conversation' && ctx.sourceElement?.closest('.side')) {
      before = undefined;
      leave();
    } else {
      for (const el of covered()) el.inert = true; // one that was drawn anew
    }
  }

  layer.addEventListener('click', onClick);
  document.addEventListener('htmx:after:swap', onSwap);
  const observer = new MutationObserver(update);
  observer.observe(layer, { childList: true });
  return all(
    () => observer.disconnect(),
    () => layer.removeEventListener('click', onClick),
    () => document.removeEventListener('htmx:after:swap', onSwap),
  );
}

/** Shows what path gives on the layer, or closes it when that is selector already. */
export function toggle(path, selector) {
  if (document.querySelector(`#layer > ${selector}`)) return leave();
  return htmx.ajax('GET', path, { source: '#layer', target: '#layer', swap: 'innerHTML' });
}

/** Closes the layer; what is being typed in it is saved first. Returns whether there was one. */
export function leave() {
  const layer = holder();
  if (!layer.hasAttribute('data-open')) return false;
  if (layer.contains(document.activeElement)) document.activeElement.blur();
  layer.replaceChildren();
  return true;
}
