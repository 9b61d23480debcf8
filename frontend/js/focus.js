// The focus is never lost. Where what had it goes away, or can have it no
// longer, and nothing else has put it elsewhere, it goes to what stands in its
// place: the same element drawn anew, another in the part that was, its
// neighbour, where the user came from, at last the message box. A click beside everything may still leave it nowhere.
import { all, listen } from './behaviours.js';

const focusable = 'a[href], button, input, textarea, select, summary, [tabindex]';
const passing = 'dialog, [popover], .toast, .sheet';
const remembered = 12; // elements that had the focus before

const lost = () => !document.activeElement || document.activeElement === document.body || document.activeElement.matches(':disabled');

/** Whether el can have the focus now. */
const able = (el) => el?.isConnected && el.matches(focusable) && !el.disabled && !el.closest('[inert]') && el.checkVisibility({ visibilityProperty: true });

export function connect(body) {
  const had = []; // newest first
  let places = []; // where nodes were removed: {node, parent, next, previous}
  let timer = 0;

  function note({ target }) {
    if (had[0] === target) return;
    had.unshift(target);
    had.length = Math.min(had.length, remembered);
  }

  // What bears the name of el, or its mark inside what bears the name of a part around it.
  function twin(el) {
    if (el.id) return document.getElementById(el.id);
    for (let part = el.closest('[id]'); part; part = part.parentElement?.closest('[id]')) {
      const now = document.getElementById(part.id);
      if (now) return now === part && el.isConnected ? null : now.querySelector(mark(el));
    }
    return null;
  }

  // The part that el was in, where that is there anew.
  function redrawn(el) {
    const part = el.isConnected ? null : el.closest('[id]');
    return part && !part.isConnected && document.getElementById(part.id);
  }

  // The nearest that stands where el stood. What comes and goes over the page has none.
  function neighbour(el) {
    let gone = el;
    while (gone.parentElement) gone = gone.parentElement;
    if (gone.matches(passing) || el.closest('[popover]')) return null;
    const place = gone === document.documentElement ? { parent: el.parentElement, next: el.nextElementSibling, previous: el.previousElementSibling } : places.findLast(({ node }) => node === gone);
    if (!place) return null;
    for (let { next } = place; next; next = next.nextElementSibling) { const found = within(next, 0); if (found) return found; }
    for (let { previous } = place; previous; previous = previous.previousElementSibling) { const found = within(previous, -1); if (found) return found; }
    const around = place.parent?.closest(focusable);
    if (able(around)) return around;
    return place.parent === document.body || !place.parent ? null : neighbour(place.parent);
  }

  const reachable = (part) => [...part.querySelectorAll(focusable)].filter((el) => able(el) && el.tabIndex >= 0);
  const within = (part, at) => (able(part) ? part : reachable(part).at(at));

  function standIn(el) {
    if (able(el)) return el;
    const same = twin(el);
    return able(same) ? same : null;
  }

  function* candidates(last, before) {
    yield standIn(last);
    const part = redrawn(last);
    if (part) {
      for (const el of before.map(standIn)) if (part.contains(el)) yield el; // what opened an editor
      yield within(part, 0);
    }
    yield neighbour(last);
    for (const el of before) yield standIn(el);
    yield* document.querySelectorAll('dialog[open], #layer[data-open] h1, #message');
    yield* reachable(document.body);
  }

  function restore() {
    timer = 0;
    const [last, ...before] = had;
    for (const el of last && lost() ? candidates(last, before) : []) {
      el?.focus({ preventScroll: true }); // what lies under a dialog does not take it
      if (!lost()) break;
    }
    places = [];
  }

  // Past the last element the first one follows, in a dialog that of the dialog.
  function wrap({ key, shiftKey }) {
    if (key !== 'Tab' || !lost()) return;
    reachable(document.querySelector('dialog[open]') ?? document.body).at(shiftKey ? -1 : 0)?.focus();
  }

  // Others that know better come first: a swap's listeners, a dialog's close.
  function look(records) {
    for (const { target: parent, removedNodes, nextSibling, previousSibling } of records) {
      const [next, previous] = [element(nextSibling, 'nextElementSibling'), element(previousSibling, 'previousElementSibling')];
      for (const node of removedNodes) if (node instanceof Element && had.length && node.contains(had[0])) places.push({ node, parent, next, previous });
    }
    if (records.some(({ type }) => type === 'attributes')) requestAnimationFrame(soon); // what is hidden loses it then
    soon();
  }

  function soon() {
    if (had.length && lost()) timer ||= setTimeout(restore);
  }

  function onPointer({ target }) {
    if (!target.closest(focusable)) had.length = 0;
  }

  const observer = new MutationObserver(look);
  observer.observe(body, { childList: true, subtree: true, attributeFilter: ['hidden', 'inert', 'disabled', 'open', 'data-open', 'data-drawer', 'data-sidebar'] });
  return all(
    () => observer.disconnect(),
    () => clearTimeout(timer),
    listen(document, 'focusin', note),
    listen(document, 'focusout', () => requestAnimationFrame(soon)),
    listen(document, 'pointerdown', onPointer, { capture: true }),
    listen(document, 'keydown', () => lost() && restore(), { capture: true }), // no key goes nowhere
    listen(document, 'keyup', wrap),
    listen(window, 'resize', () => requestAnimationFrame(soon)),
  );
}

const element = (node, towards) => (node instanceof Element || !node ? node : node[towards]);

// What el is called among its like: its tag, its class, and its data attributes.
function mark(el) {
  const attributes = [...el.attributes].filter(({ name }) => name === 'name' || (name.startsWith('data-') && name !== 'data-behaviour'));
  return el.localName + [...el.classList].map((name) => `.${CSS.escape(name)}`).join('') + attributes.map(({ name, value }) => `[${name}="${CSS.escape(value)}"]`).join('');
}
