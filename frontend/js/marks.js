// Marks where a text stands in what is drawn, without touching it: by the
// browser's own highlights.

/** The places of text in root, as ranges, upper and lower case alike. */
export function places(root, text) {
  const wanted = text.toLowerCase();
  const nodes = [];
  let all = '';
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, from: all.length });
    all += walker.currentNode.data;
  }
  const lower = all.toLowerCase();
  if (lower.length !== all.length || wanted === '') return []; // a letter that has another length in lower case
  const found = [];
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
    const range = document.createRange();
    const place = (offset) => { const part = nodes.findLast(({ from }) => from <= offset); return [part.node, offset - part.from]; };
    range.setStart(...place(at));
    const [node, offset] = place(at + wanted.length - 1);
    range.setEnd(node, offset + 1);
    found.push(range);
  }
  return found;
}

/** Marks ranges, and one of them as the one that is meant. */
export function mark(ranges, meant) {
  if (!CSS.highlights) return;
  CSS.highlights.set('found', new Highlight(...ranges));
  CSS.highlights.set('meant', new Highlight(...(meant ? [meant] : [])));
}
