/** From a password to a session this device keeps. */

import type { SessionView, SignedIn } from "../api/types";
import type { App } from "../app-context";

export function signInWithPassword(app: App, user: string, password: string): Promise<SignedIn> {
  return app.transport.anywhere<SignedIn>("/api/installation/sign-in", {
    method: "POST",
    body: JSON.stringify({ user, password }),
  }, 10_000);
}

/** Keeps the session and learns the sites and workspaces. */
export async function takeSession(app: App, signedIn: SignedIn): Promise<void> {
  const view = await app.transport.anywhere<SessionView>("/api/installation/session", {
    method: "GET",
    headers: { Authorization: `Bearer ${signedIn.token}` },
  });
  app.sites.learn(view.sites, view.site);
  app.sessions.set({
    token: signedIn.token,
    ...(view.session_id === undefined ? {} : { session_id: view.session_id }),
    expires_at: signedIn.expires_at,
    account: view.account,
    workspaces: view.workspaces,
    quarantined: view.quarantined ?? [],
    sites: view.sites,
  });
}
