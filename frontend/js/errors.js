// Says what went wrong: above the message box when sending failed, else as a
// toast. Nothing that failed is swapped into the page (see noSwap in page.html).
import { all, listen } from './behaviours.js';
import { sentence } from './http.js';
import { show } from './toasts.js';
import { say } from './words.js';

export function connect(body) {
  return all(
    listen(body, 'htmx:response:error', ({ detail: { ctx } }) => tell(ctx, sentence(ctx.text))),
    listen(body, 'htmx:error', ({ detail: { ctx } }) => ctx && tell(ctx, say('page.no_answer'))),
  );
}

function tell(ctx, text) {
  if (ctx.sourceElement.id === 'composer') document.getElementById('composer-error').textContent = text;
  else show({ text, kind: 'error' });
}
