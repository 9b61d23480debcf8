// Runs a slash command that was not typed into the message box. What is in the
// box goes along, since the command may draw the conversation anew. It waits for
// what is on its way there: htmx would let go of it.
import { listen } from './behaviours.js';
import htmx from './htmx.js';

const underWay = () => document.querySelector('#composer.htmx-request');

/** @param {string} line - such as "/theme dark" */
export async function run(line) {
  while (underWay()) await ended();
  const chat = document.getElementById('conversation').dataset.chat;
  const draft = document.getElementById('message')?.value ?? '';
  return htmx.ajax('POST', `/chats/${chat}/command`, { source: '#composer', target: '#turns', swap: 'beforeend', values: { line, draft } });
}

/** Settles once htmx is done with a request, this one or another. */
function ended() {
  return new Promise((resolve) => {
    const undo = listen(document, 'htmx:finally:request', () => { undo(); setTimeout(resolve); });
  });
}
