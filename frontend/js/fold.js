// The fold of the reasoning. It is as the reader left the last one; until then it
// is open while there is nothing else to read and closed when the answer begins.
// While it is being written its newest line stays in sight.
import { all, listen } from './behaviours.js';
import { post } from './http.js';

export function connect(fold) {
  const turn = fold.closest('.turn');
  const remember = listen(fold.querySelector('summary'), 'click', () => { post('/settings/reasoning', { value: fold.open ? 'closed' : 'open' }).catch(() => {}); });
  if (turn.dataset.state !== 'running') return remember;
  const text = turn.querySelector('[data-part="text"]');
  const { wish } = fold.dataset;
  fold.open = wish === 'open' || (wish !== 'closed' && text.childElementCount === 0);
  let folds = fold.open && wish !== 'open';
  const observer = new MutationObserver(() => {
    fold.removeAttribute('data-live');
    if (folds) fold.open = false;
    observer.disconnect();
  });
  observer.observe(text, { childList: true });

  const reasoning = fold.querySelector('[data-part="reasoning"]');
  const follow = () => { if (text.childElementCount === 0) reasoning.scrollTop = reasoning.scrollHeight; };
  const grown = new MutationObserver(follow);
  grown.observe(reasoning, { childList: true, characterData: true, subtree: true });
  follow();

  return all(
    remember,
    listen(fold.querySelector('summary'), 'click', () => { folds = false; }),
    () => observer.disconnect(),
    () => grown.disconnect(),
  );
}
