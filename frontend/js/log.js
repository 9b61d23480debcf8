// Keeps aria-busy on the log of turns while a reply is being written: screen
// readers wait for the end, and the send button turns into stop (composer.css).
export function connect(turns) {
  const update = () => turns.setAttribute('aria-busy', turns.querySelector(':scope > [data-state="running"]') !== null);
  const observer = new MutationObserver(update);
  observer.observe(turns, { childList: true });
  observer.observe(turns, { attributes: true, attributeFilter: ['data-state'], subtree: true });
  update();
  return () => observer.disconnect();
}
