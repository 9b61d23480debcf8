// The gauge of the context in use. It asks for a count of a chat that no reply
// has measured.
import { all, listen } from './behaviours.js';
import { post } from './http.js';
import { on } from './wails.js';

export function connect(gauge) {
  const chat = () => Number(gauge.closest('[data-chat]').dataset.chat);

  function ask() {
    if (!gauge.isConnected || !gauge.hasAttribute('data-uncounted')) return;
    gauge.removeAttribute('data-uncounted');
    post(`/chats/${chat()}/count`, {}).catch(() => {}); // it stays as it is
  }

  ask();
  return all(
    listen(document, 'htmx:after:swap', ask),
    on('gauge', (told) => {
      if (told.chat !== chat()) return;
      gauge.hidden = told.limit === 0;
      gauge.dataset.level = told.level;
      gauge.title = told.text;
      gauge.ariaValueNow = told.percent;
      gauge.ariaValueText = told.text;
      gauge.querySelector('.part').setAttribute('stroke-dasharray', `${told.percent} 100`);
      gauge.querySelector('.long').textContent = told.text;
      gauge.querySelector('.short').textContent = `${told.percent} %`;
    }),
  );
}
