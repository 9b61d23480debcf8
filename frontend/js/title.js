// Keeps the heading equal to the title of the current chat in the sidebar,
// which may be renamed there.
import { listen } from './behaviours.js';

export function connect(heading) {
  return listen(document, 'htmx:after:swap', () => {
    const title = document.querySelector('#chats [aria-current="true"] .title')?.textContent;
    if (title && title !== heading.textContent) heading.textContent = title;
  });
}
