// The buttons of a code block: copy, and those that stay pressed. What is pressed
// is an attribute of the block as well, such as data-wrap, for code.css and
// diagram.css to go by.
import { listen } from './behaviours.js';
import { copy } from './copy.js';

export function connect(figure) {
  return listen(figure, 'click', ({ target }) => {
    const button = target.closest('figcaption > button');
    if (button?.matches('.copy')) copy(button, () => figure.querySelector('pre').textContent);
    else if (button) {
      button.ariaPressed = String(button.ariaPressed !== 'true');
      figure.toggleAttribute(`data-${button.className}`, button.ariaPressed === 'true');
    }
  });
}
