/**
 * Runs an asynchronous task once at a time: calls while it runs are answered by
 * one more run after it, so that what it fetched last is never out of date.
 */
export function latest(task) {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      await task()?.catch(() => {}); // htmx has told it
    }
    running = false;
  };
}
