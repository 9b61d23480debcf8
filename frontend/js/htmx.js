// htmx and its guard: hx-csp lets an element's hx- attributes work only when it
// carries the page's nonce, so nothing in a model's text can send a request.
import htmx from '../vendor/htmx.esm.min.js';
import '../vendor/hx-csp.min.js';
import { kept } from './kept.js';

htmx.registerExtension('keep-open', { htmx_before_morph_attr: (el, { attrName }) => !kept(el, attrName) });

export default htmx;
