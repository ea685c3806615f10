/** Who is signed in on this device, kept so that a reload needs no site. */

import type { Account, Membership, OwnQuarantine, Site } from "../api/types";

export interface StoredSession {
  token: string;
  session_id?: string;
  expires_at: number;
  account: Account;
  workspaces: Membership[];
  /** Where one is in quarantine; missing in what an earlier release stored. */
  quarantined?: OwnQuarantine[];
  sites: Site[];
}

const KEY = "sekoci.session";
const SITES_KEY = "sekoci.sites";

export class SessionStore {
  private session: StoredSession | null;
  private ended = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly storage: Storage = localStorage) {
    this.session = read<StoredSession>(storage, KEY);
    addEventListener("storage", (event) => {
      if (event.key === KEY) {
        this.session = read<StoredSession>(this.storage, KEY);
        this.changed();
      }
    });
  }

  get = (): StoredSession | null => this.session;

  token = (): string | null => this.session?.token ?? null;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(session: StoredSession | null): void {
    this.session = session;
    if (session === null) {
      this.storage.removeItem(KEY);
    } else {
      this.storage.setItem(KEY, JSON.stringify(session));
      this.storage.setItem(SITES_KEY, JSON.stringify(session.sites));
    }
    this.changed();
  }

  /** The sites say that the session is over; what this device keeps stays for the next sign-in. */
  end(): void {
    if (this.session !== null) {
      this.ended = true;
      this.set(null);
    }
  }

  /** Whether the last session was ended by the sites rather than by the person. */
  wasEnded(): boolean {
    return this.ended;
  }

  /** The sites any earlier session named: signing in must work when the page's own site is dead. */
  knownSites(): Site[] {
    return this.session?.sites ?? read<Site[]>(this.storage, SITES_KEY) ?? [];
  }

  private changed(): void {
    for (const listener of this.listeners) {
      listener();
    }
  }
}

function read<T>(storage: Storage, key: string): T | null {
  try {
    return JSON.parse(storage.getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}
