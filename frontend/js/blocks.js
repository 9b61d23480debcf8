// The blocks of a text stand in groups: a reply that grows is laid out and painted
// by groups, most of which are out of sight, and not by its thousands of blocks.
// turn.html groups them alike.

const size = 32; // blocks in a group, groupSize in Go

/** How many blocks box holds. */
export function count(box) {
  const last = box.lastElementChild;
  return last ? (box.childElementCount - 1) * size + last.childElementCount : 0;
}

/** The block at index i, if there is one. */
export const at = (box, i) => box.children[Math.floor(i / size)]?.children[i % size];

/** Puts a block after the last one. */
export function append(box, block) {
  let group = box.lastElementChild;
  if (!group || group.childElementCount === size) {
    group = document.createElement('div');
    group.className = 'blocks';
    box.append(group);
  }
  group.append(block);
}

/** Takes away the blocks from index from on. */
export function cut(box, from) {
  for (let i = count(box) - 1; i >= from; i -= 1) {
    const block = at(box, i);
    (i % size === 0 ? block.parentElement : block).remove();
  }
}
