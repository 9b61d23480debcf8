// Links open in the system's browser, never in the window. Those inside a turn,
// such as footnotes, scroll.
import { all, listen } from './behaviours.js';
import { post } from './http.js';
import { show } from './toasts.js';

export function connect(body) {
  function follow(event) {
    const link = event.target.closest('.prose a[href], .banner a[href]');
    if (!link) return;
    event.preventDefault();
    const href = link.getAttribute('href');
    if (href.startsWith('#')) return scroll(link, href.slice(1));
    post('/open', { url: link.href }).catch((err) => show({ text: err.message, kind: 'error' }));
  }

  // Two turns may use one id, so the search stays inside the turn.
  function scroll(link, id) {
    const target = link.closest('.turn')?.querySelector(`#${CSS.escape(decodeURIComponent(id))}`);
    target?.scrollIntoView({ block: 'center' });
  }

  return all(listen(body, 'click', follow), listen(body, 'auxclick', follow));
}
