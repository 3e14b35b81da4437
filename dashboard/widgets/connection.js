// Tell the server what was done, also where the connection breaks at that moment: what was not answered is told again
// when it is back, of each kind only the newest. Joined in front of each component that tells something.

const FRESH = 60_000; // milliseconds after which what was done is no longer told again

function makeTeller() {
  const open = new Map(), app = document.querySelector("[data-test-connection-state]");
  const connected = () => !app || app.dataset.testConnectionState === "CONNECTED";
  let send = null, away = !connected();

  function again() {
    away = false;
    for (const [name, { value, at }] of open) if (Date.now() - at < FRESH) send(name, value);
    open.clear();
  }

  const watcher = new MutationObserver(() => {
    if (!connected()) away = true;
    else if (away) setTimeout(() => connected() && away && again(), 400); // after Streamlit has asked for the page again
  });
  if (app) watcher.observe(app, { attributes: true, attributeFilter: ["data-test-connection-state"] });

  return {
    // Call this with each new data: it answers what was told before.
    answered(next) {
      send = next;
      if (!away) open.clear();
    },
    tell(name, value) {
      open.set(name, { value, at: Date.now() });
      if (!away) send(name, value);
    },
    stop() { watcher.disconnect(); },
  };
}
