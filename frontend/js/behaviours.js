// Connects behaviours to the elements that name them, now and whenever elements
// come or go, whoever moves them.

/** @param {Object<string, {connect: function(Element): (function()|void)}>} registry */
export function attach(registry) {
  const connected = new Map(); // element → the undo of each of its behaviours

  function connect(el) {
    if (connected.has(el)) return;
    const undos = [];
    connected.set(el, undos);
    for (const name of el.dataset.behaviour.split(' ')) {
      const undo = registry[name]?.connect(el);
      if (undo) undos.push(undo);
    }
  }

  function disconnect(el) {
    for (const undo of connected.get(el) ?? []) undo();
    connected.delete(el);
  }

  const each = (node, visit) => {
    if (!(node instanceof Element)) return;
    if (node.matches('[data-behaviour]')) visit(node);
    node.querySelectorAll('[data-behaviour]').forEach(visit);
  };

  // A record tells what happened since, so look at what is true now: a node
  // may have been moved.
  new MutationObserver((records) => {
    for (const { removedNodes } of records) for (const node of removedNodes) each(node, (el) => el.isConnected || disconnect(el));
    for (const { addedNodes } of records) for (const node of addedNodes) each(node, (el) => el.isConnected && connect(el));
  }).observe(document.body, { childList: true, subtree: true });

  each(document.body, connect);
}

/** Listens, and returns what stops it. */
export function listen(target, type, handler, options) {
  target.addEventListener(type, handler, options);
  return () => target.removeEventListener(type, handler, options);
}

/** Joins undos into one. */
export const all = (...undos) => () => undos.forEach((undo) => undo());
