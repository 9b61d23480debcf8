/** Has a screen reader say text, once it is done with what it says now. */
export function announce(text) {
  document.getElementById('announcer').textContent = text;
}
