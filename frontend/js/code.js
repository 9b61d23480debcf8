// The buttons of a code block: copy, and the two that stay pressed (code.css
// does what they say).
import { listen } from './behaviours.js';
import { copy } from './copy.js';

export function connect(figure) {
  return listen(figure, 'click', ({ target }) => {
    const button = target.closest('figcaption > button');
    if (button?.matches('.copy')) copy(button, () => figure.querySelector('pre').textContent);
    else if (button) button.ariaPressed = String(button.ariaPressed !== 'true');
  });
}
