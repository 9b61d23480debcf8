// Brings files of chats to the app, which shows what would come of them.
import htmx from './htmx.js';
import { sentence } from './http.js';

/** Opens the dialog that asks for files. */
export const ask = () => htmx.ajax('GET', '/import', { source: '#dialogs', target: '#dialogs', swap: 'innerHTML' });

/** Sends files, one after the other, and opens the preview; rejects with a sentence. */
export async function upload(files) {
  let id = 0;
  for (const file of files) {
    // Bytes: a Blob as the body crashes the web view.
    const response = await fetch(`/import?to=${id}`, { method: 'POST', body: await file.arrayBuffer() });
    const text = await response.text();
    if (!response.ok) throw new Error(`${file.name}: ${sentence(text)}`);
    id = Number(text);
  }
  await htmx.ajax('GET', `/import/${id}`, { source: '#dialogs', target: '#dialogs', swap: 'innerHTML' });
}
