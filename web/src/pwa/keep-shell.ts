/** Keeps the app itself on the device, so that a reload needs no site. */

export function keepShell(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) {
    return;
  }
  addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js").catch(() => {
      // Private windows and plain-HTTP addresses have none; the app works without.
    });
  });
}
