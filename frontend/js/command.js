// Runs a slash command that was not typed into the message box. What is in the
// box goes along, since the command may draw the conversation anew.
import htmx from './htmx.js';

/** @param {string} line - such as "/theme dark" */
export function run(line) {
  const chat = document.getElementById('conversation').dataset.chat;
  const draft = document.getElementById('message')?.value ?? '';
  return htmx.ajax('POST', `/chats/${chat}/command`, { source: '#composer', target: '#turns', swap: 'beforeend', values: { line, draft } });
}
