// Keeps aria-busy on the log of turns while a reply is being written: the send
// button turns into stop (composer.css). What screen readers hear: see speak.js.
export function connect(turns) {
  const update = () => turns.setAttribute('aria-busy', turns.querySelector('.turn[data-state="running"]') !== null);
  // Two, since an observer watches a node in one way only.
  const [comes, ends] = [new MutationObserver(update), new MutationObserver(update)];
  comes.observe(turns, { childList: true });
  ends.observe(turns, { attributes: true, attributeFilter: ['data-state'], subtree: true });
  update();
  return () => { comes.disconnect(); ends.disconnect(); };
}
