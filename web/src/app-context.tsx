/** What every page can reach. */

import { createContext, use, useSyncExternalStore } from "react";
import type { Client } from "./client";
import type { Workspace } from "./chat/workspace";
import type { SessionStore } from "./sync/session";
import type { Sites, SitesView } from "./sync/sites";
import type { Transport } from "./sync/transport";

export interface App {
  sessions: SessionStore;
  sites: Sites;
  transport: Transport;
}

export const AppContext = createContext<App | null>(null);
export const ClientContext = createContext<Client | null>(null);
export const WorkspaceContext = createContext<Workspace | null>(null);

export function useApp(): App {
  const app = use(AppContext);
  if (app === null) {
    throw new Error("outside of the app");
  }
  return app;
}

export function useClient(): Client {
  const client = use(ClientContext);
  if (client === null) {
    throw new Error("nobody is signed in here");
  }
  return client;
}

export function useWorkspace(): Workspace {
  const workspace = use(WorkspaceContext);
  if (workspace === null) {
    throw new Error("outside of a workspace");
  }
  return workspace;
}

interface Readable<T> {
  get(): T;
  subscribe(listener: () => void): () => void;
}

export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(
    (listener) => store.subscribe(listener),
    () => store.get(),
  );
}

export function useSites(): SitesView {
  return useStore(useApp().sites);
}
