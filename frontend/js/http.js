// Requests that change nothing on the page. htmx does all others.

/** Posts a form; rejects with the answer's sentence. */
export async function post(path, values, options) {
  const response = await fetch(path, { method: 'POST', body: new URLSearchParams(values), ...options });
  if (!response.ok) throw new Error(sentence(await response.text()));
}

/** The text of an error fragment. */
export function sentence(html) {
  return new DOMParser().parseFromString(html, 'text/html').body.textContent.trim();
}
