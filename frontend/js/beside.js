const gap = 4; // px between a layer and what it belongs to, and the window's edge
const least = 160; // px of height that a layer has at least: lower than that, it covers what it belongs to

/**
 * Puts a layer below the lines of what it belongs to, or above them where there
 * is more room, and within the window; where there is too little room it scrolls.
 * @param {HTMLElement} layer - one that is shown
 * @param {DOMRect[]} lines - from the first to the last
 */
export function beside(layer, lines) {
  layer.style.maxBlockSize = '';
  const [first, last] = [lines[0], lines.at(-1)];
  const [above, below] = [first.top, innerHeight - last.bottom].map((room) => room - 2 * gap);
  const { offsetWidth: width, offsetHeight: full } = layer;
  const under = full <= below || below >= above;
  const height = Math.min(full, Math.max(under ? below : above, least));
  layer.style.maxBlockSize = `${height}px`;
  const top = under ? last.bottom + gap : first.top - gap - height;
  layer.style.top = `${Math.max(gap, Math.min(top, innerHeight - gap - height))}px`;
  layer.style.left = `${Math.max(gap, Math.min((under ? last : first).left, innerWidth - gap - width))}px`;
}
