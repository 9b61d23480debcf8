// The copy button of a code block.
import { listen } from './behaviours.js';
import { copy } from './copy.js';

export function connect(figure) {
  return listen(figure, 'click', ({ target }) => {
    const button = target.closest('.copy');
    if (button) copy(button, () => figure.querySelector('pre').textContent);
  });
}
