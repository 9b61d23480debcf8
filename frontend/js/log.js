// Tells what others must know of the turns. While a reply is being written the log
// has aria-busy and the conversation data-busy, which turns the send button into
// stop (composer.css). Without turns it has data-empty, and greets (greeting.css).
// What screen readers hear: see speak.js.
export function connect(turns) {
  const conversation = turns.closest('.conversation');
  const update = () => {
    const busy = turns.querySelector('.turn[data-state="running"]') !== null;
    turns.setAttribute('aria-busy', busy);
    conversation.toggleAttribute('data-busy', busy);
    conversation.toggleAttribute('data-empty', turns.querySelector('.turn') === null);
  };
  // Two, since an observer watches a node in one way only.
  const [comes, ends] = [new MutationObserver(update), new MutationObserver(update)];
  comes.observe(turns, { childList: true });
  ends.observe(turns, { attributes: true, attributeFilter: ['data-state'], subtree: true });
  update();
  return () => { comes.disconnect(); ends.disconnect(); };
}
