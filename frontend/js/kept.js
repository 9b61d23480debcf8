const pressed = ['data-wrap', 'data-lines', 'data-draw']; // see code.js

// What the reader has set stays when an element is written again: a fold that is
// open, a button that is pressed.
export const kept = (el, name) => (name === 'open' && el.matches('details')) || (name === 'aria-expanded' && el.matches('details > summary')) ||
  (name === 'aria-pressed' && el.matches('figcaption > button')) || (pressed.includes(name) && el.matches('figure.code'));
