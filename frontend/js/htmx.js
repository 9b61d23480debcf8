// htmx and its guard: hx-csp lets an element's hx- attributes work only when it
// carries the page's nonce, so nothing in a model's text can send a request.
import htmx from '../vendor/htmx.esm.min.js';
import '../vendor/hx-csp.min.js';
import { kept } from './kept.js';
import { drawnFrom, sameSource } from './patch.js';

htmx.registerExtension('keep-open', {
  htmx_before_morph_attr: (el, { attrName }) => !kept(el, attrName),
  htmx_before_morph_node: (el, { newNode }) => {
    if (newNode.dataset?.keep !== undefined) return false; // the answer leaves this part as it is
    if (!drawnFrom(el, newNode)) return true;
    if (!sameSource(el, newNode)) el.replaceWith(newNode.cloneNode(true));
    return false;
  },
});

export default htmx;
