// The page of models fetches its parts again when the app says that something
// about models has changed.
import htmx from './htmx.js';
import { latest } from './latest.js';
import { on } from './wails.js';

export function connect(sheet) {
  const fetchParts = latest(async () => {
    if (sheet.isConnected) await htmx.ajax('GET', '/models/parts', { source: sheet, target: '#shelf', swap: 'outerMorph' });
  });
  return on('refresh', ({ what }) => (what === 'models' || what === 'model') && fetchParts());
}
