// Stands in for the scripts that Wails injects: events come as server-sent
// events, calls go out as posts.
(() => {
  const listeners = {};

  const on = (name, handler) => {
    (listeners[name] ??= new Set()).add(handler);
    return () => listeners[name].delete(handler);
  };

  const call = async (name, args) => {
    const response = await fetch('/__webtest/call', { method: 'POST', body: JSON.stringify({ name, args }) });
    const { result, error } = await response.json();
    if (error) throw error;
    return result;
  };

  const caller = (prefix) => new Proxy({}, { get: (_, name) => (...args) => call(prefix + name, args) });

  window.runtime = { EventsOn: on, ClipboardSetText: (text) => call('runtime.ClipboardSetText', [text]) };
  window.go = { app: { Window: caller('Window.') } };

  new EventSource('/__webtest/events').onmessage = ({ data }) => {
    const { name, args } = JSON.parse(data);
    for (const handler of listeners[name] ?? []) handler(...args);
  };
})();
