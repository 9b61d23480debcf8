// Draws a formula over its TeX, with KaTeX, which is loaded when the first one
// comes. A formula that KaTeX does not understand stays TeX.
//
// KaTeX sets styles through the DOM, which the page's policy allows; what it
// would write into HTML, the policy would not.
const slice = 8; // ms of drawing in a frame: half of one at 60 Hz
const limits = { maxExpand: 300, maxSize: 20 }; // macro expansions; em

const queue = [];
let loading; // KaTeX, as a promise
let late; // when this frame has drawn enough
let frame = 0; // the next one, once something was drawn in this

export function connect(formula) {
  if (formula.dataset.tex === undefined || formula.firstElementChild) return undefined;
  queue.push(formula);
  if (window.katex) {
    work(); // at once: the page has not been laid out since the formula came
  } else {
    loading ??= import('../vendor/katex.min.js');
    loading.then(work);
  }
  return () => { const at = queue.indexOf(formula); if (at >= 0) queue.splice(at, 1); };
}

// work draws what it can before the frame is late, and goes on in the next one.
function work() {
  if (!frame) {
    late = performance.now() + slice;
    frame = requestAnimationFrame(() => { frame = 0; if (queue.length > 0) work(); });
  }
  while (queue.length > 0 && performance.now() < late) draw(queue.shift());
}

function draw(formula) {
  const { tex } = formula.dataset;
  try {
    window.katex.render(tex, formula, { ...limits, displayMode: 'display' in formula.dataset, strict: false, trust: false, macros: {} });
  } catch {
    formula.textContent = tex;
    formula.dataset.failed = '';
  }
}
