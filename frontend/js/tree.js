// Walks the map of a chat's branches with the arrow keys. It begins at the end of
// the branch that is shown.
import { listen } from './behaviours.js';

export function connect(map) {
  const items = [...map.querySelectorAll('.segment')];
  items.findLast((item) => item.ariaCurrent === 'true')?.focus();
  return listen(map, 'keydown', (event) => {
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: Math.min(at + 1, items.length - 1), ArrowUp: Math.max(at - 1, 0), Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[to]?.focus();
  });
}
