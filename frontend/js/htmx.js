// htmx and its guard: hx-csp lets an element's hx- attributes work only when it
// carries the page's nonce, so nothing in a model's text can send a request.
import htmx from '../vendor/htmx.esm.min.js';
import '../vendor/hx-csp.min.js';

// What the reader folded or unfolded stays so when a turn is swapped.
htmx.registerExtension('keep-open', {
  htmx_before_morph_attr: (el, { attrName }) => !(attrName === 'open' && el.matches('details')),
});

export default htmx;
