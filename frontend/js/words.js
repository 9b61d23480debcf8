// What the page itself says, in the app's language. The texts are those of
// app/words/*/page.json; all others come from Go.
import texts from './catalogue.js';

/** Says the text of key, with args in the place of its %s, in order. */
export function say(key, ...args) {
  return texts[key].replace(/%s/g, () => args.shift());
}

/** Says the text of key for n things; n itself is the first of the args. */
export function count(key, n, ...args) {
  const language = document.documentElement.lang;
  const form = new Intl.PluralRules(language).select(n) === 'one' ? 'one' : 'other';
  return say(`${key}.${form}`, n.toLocaleString(language), ...args);
}
