// The gauge of the context in use.
import { on } from './wails.js';

export function connect(gauge) {
  return on('gauge', ({ chat, limit, percent, level, text }) => {
    if (chat !== Number(gauge.closest('[data-chat]').dataset.chat)) return;
    gauge.hidden = limit === 0;
    gauge.dataset.level = level;
    gauge.title = text;
    gauge.ariaValueNow = percent;
    gauge.ariaValueText = text;
    gauge.querySelector('.part').setAttribute('stroke-dasharray', `${percent} 100`);
    gauge.querySelector('.long').textContent = text;
    gauge.querySelector('.short').textContent = `${percent} %`;
  });
}
