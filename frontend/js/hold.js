/**
 * Remembers what is at the top of the scroller's view. The function that it
 * returns brings it back to where it was, after something above it has changed.
 * (Browsers can do that themselves, but WebKitGTK does not.)
 */
export function hold(scroller) {
  const top = scroller.getBoundingClientRect().top;
  const place = (el) => el.getBoundingClientRect();
  const seen = [...scroller.querySelectorAll('#turns > .turn')].find((turn) => place(turn).bottom > top);
  const was = seen && place(seen).top;
  return () => {
    if (seen?.isConnected) scroller.scrollTop += place(seen).top - was;
  };
}
