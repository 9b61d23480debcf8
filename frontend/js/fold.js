// The fold of the reasoning: open while there is nothing else to read, closed
// when the answer begins, and left alone once the reader has touched it. While
// it is being written its newest line stays in sight.
import { all, listen } from './behaviours.js';

export function connect(fold) {
  const turn = fold.closest('.turn');
  if (turn.dataset.state !== 'running') return undefined;
  const text = turn.querySelector('[data-part="text"]');
  fold.open = text.childElementCount === 0;
  const observer = new MutationObserver(() => { fold.open = false; observer.disconnect(); });
  if (fold.open) observer.observe(text, { childList: true });

  const reasoning = fold.querySelector('[data-part="reasoning"]');
  const follow = () => { if (text.childElementCount === 0) reasoning.scrollTop = reasoning.scrollHeight; };
  const grown = new MutationObserver(follow);
  grown.observe(reasoning, { childList: true, characterData: true, subtree: true });
  follow();

  return all(
    listen(fold.querySelector('summary'), 'click', () => observer.disconnect()),
    () => observer.disconnect(),
    () => grown.disconnect(),
  );
}
