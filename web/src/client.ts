/** Everything that belongs to one signed-in account on this device. */

import type { Id, SessionView, SignedIn, Status } from "./api/types";
import { Files } from "./chat/files";
import { Store } from "./chat/store";
import { Workspace } from "./chat/workspace";
import { newId } from "./ids";
import { LocalDatabase, databaseName } from "./sync/database";
import { Outbox } from "./sync/outbox";
import type { OutboxItem } from "./sync/outbox-item";
import { Safety } from "./sync/safety";
import type { SessionStore, StoredSession } from "./sync/session";
import type { Sites } from "./sync/sites";
import { EventStream, STOPPED, type StreamView } from "./sync/stream";
import type { Transport } from "./sync/transport";

/** How often a site is asked how writes are kept. */
const STATUS_EVERY_MS = 10_000;

export class Client {
  readonly database: LocalDatabase;
  readonly outbox: Outbox;
  readonly files: Files;
  readonly safety = new Safety();
  readonly workspaces = new Map<Id, Workspace>();
  /** The last status a site sent over the event stream. */
  readonly site = new Store<Partial<Status>>({});
  stream: EventStream | null = null;
  private readonly streamState = new Store<StreamView>(STOPPED);
  private streamEnds: (() => void) | null = null;
  private statusTimer: ReturnType<typeof setInterval> | undefined;
  private releaseLock: (() => void) | null = null;
  private readonly channel: BroadcastChannel | null;

  constructor(
    session: StoredSession,
    readonly sites: Sites,
    readonly transport: Transport,
    private readonly sessions: SessionStore,
  ) {
    this.database = new LocalDatabase(databaseName(session.account.id));
    this.files = new Files(this.database, transport);
    this.channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(this.database.name);
    this.outbox = new Outbox(this.database, {
      attempt: (item) => transport.attempt(item),
      prepare: this.files.prepare,
      onFinal: (item) => this.settled(item),
      onStored: () => this.channel?.postMessage("outbox"),
    });
    this.takeMemberships(session);
  }

  /** Opens what this device has, then turns to the sites. */
  async start(): Promise<void> {
    await this.outbox.read();
    for (const { partition, seq } of await this.database.protected.toArray()) {
      this.safety.remembered(partition, seq);
    }
    this.statusTimer = setInterval(() => void this.learnStatus(), STATUS_EVERY_MS);
    this.sendFromOnePage();
    const loading = [...this.workspaces.values()].map((workspace) => workspace.load());
    await this.openStream();
    void this.refreshSession();
    await Promise.all(loading);
  }

  stop(): void {
    clearInterval(this.statusTimer);
    this.stream?.stop();
    this.outbox.stop();
    this.releaseLock?.();
    this.channel?.close();
    this.database.close();
  }

  /** Ends the session and removes what this device keeps of the account. */
  async erase(): Promise<void> {
    const session_id = this.sessions.get()?.session_id;
    // First, or the stream would take the end of the session for news.
    this.stop();
    if (session_id !== undefined) {
      const order = { id: newId(), module: "installation", verb: "end-session", command: { session_id } };
      // Without a site in reach the token stays valid until it runs out; this device forgets it anyway.
      await this.transport.command(order, 0).catch(() => undefined);
    }
    await this.database.delete();
  }

  workspace(id: Id): Workspace | undefined {
    return this.workspaces.get(id);
  }

  async refreshSession(): Promise<void> {
    const asked = this.sites.get().active;
    try {
      const view = await this.transport.query<SessionView>("/api/installation/session");
      const session = this.sessions.get();
      if (session !== null) {
        this.sites.learn(view.sites, asked === this.sites.get().active ? view.site : undefined);
        // Whoever was released is in a workspace again that this page knows from before.
        const had = new Set(session.workspaces.map((workspace) => workspace.id));
        const isNew = view.workspaces.some((workspace) => !had.has(workspace.id) || !this.workspaces.has(workspace.id));
        const before = this.partitions().length;
        this.sessions.set({
          ...session,
          ...(view.session_id === undefined ? {} : { session_id: view.session_id }),
          account: view.account,
          workspaces: view.workspaces,
          quarantined: view.quarantined ?? [],
          sites: view.sites,
        });
        this.takeMemberships(this.sessions.get() ?? session);
        if (isNew || this.partitions().length > before) {
          await this.openStream();
          await Promise.all([...this.workspaces.values()].map((workspace) => workspace.load()));
        }
        await this.renew(session);
      }
    } catch {
      // The stored session goes on serving; the next connection asks again.
    }
  }

  /** Half of a session's life gone: a new token, so that nobody is signed out while working. */
  private async renew(session: StoredSession): Promise<void> {
    const left = session.expires_at - Date.now();
    if (left > 0 && left < 12 * 3_600_000) {
      const fresh = await this.transport.anywhere<Pick<SignedIn, "token" | "expires_at">>(
        "/api/installation/refresh-session",
        { method: "POST", body: "{}" },
      );
      const current = this.sessions.get();
      if (current !== null) {
        this.sessions.set({ ...current, token: fresh.token, expires_at: fresh.expires_at });
      }
    }
  }

  private takeMemberships(session: StoredSession): void {
    for (const membership of session.workspaces) {
      const known = this.workspaces.get(membership.id);
      if (known === undefined) {
        this.workspaces.set(
          membership.id,
          new Workspace(membership, {
            database: this.database,
            transport: this.transport,
            outbox: this.outbox,
            files: this.files,
            safety: this.safety,
          }),
        );
      } else {
        Object.assign(known.membership, membership);
      }
    }
  }

  /** Whose events this account is shown. */
  private partitions(): string[] {
    return [...this.workspaces.values()].flatMap((workspace) => workspace.partitions());
  }

  private async openStream(): Promise<void> {
    this.stream?.stop();
    const cursors = new Map<string, number | null>();
    const stored = new Map((await this.database.cursors.toArray()).map(({ partition, seq }) => [partition, seq]));
    for (const partition of this.partitions()) {
      cursors.set(partition, stored.get(partition) ?? null);
    }
    this.stream = new EventStream(this.sites, cursors, {
      token: this.sessions.token,
      onEffect: (effect) => {
        if (effect.kind === "refused") {
          void this.refreshSession();
          return;
        }
        const partition = effect.kind === "entry" ? effect.frame.partition : effect.partition;
        this.workspaces.get(partition.split("/")[0] ?? "")?.take(effect);
      },
      onSite: (site) => {
        this.site.update((known) => ({ ...known, ...site }));
      },
      onSessionEnded: () => void this.refreshSession(),
      onOpen: () => {
        void this.outbox.retryNow();
        void this.refreshSession();
        void this.learnStatus();
      },
      onCursor: (partition, seq) => this.keepCursor(partition, seq),
    });
    const stream = this.stream;
    this.streamEnds?.();
    this.streamEnds = stream.subscribe(() => this.streamState.set(stream.get()));
    stream.start();
  }

  /** The event stream's state, whichever connection carries it. */
  streamView = (): StreamView => this.streamState.get();

  onStream(listener: () => void): () => void {
    return this.streamState.subscribe(listener);
  }

  private readonly cursors = new Map<string, number>();
  private cursorTimer: ReturnType<typeof setTimeout> | undefined;

  /** Cursors are written together, a little later: a repeated event does no harm, a lost one would. */
  private keepCursor(partition: string, seq: number): void {
    this.cursors.set(partition, seq);
    this.cursorTimer ??= setTimeout(() => {
      this.cursorTimer = undefined;
      const rows = [...this.cursors].map(([key, value]) => ({ partition: key, seq: value }));
      this.cursors.clear();
      void this.database.cursors.bulkPut(rows);
    }, 400);
  }

  private settled(item: OutboxItem): void {
    if (item.answer !== undefined && item.workspace_id !== undefined) {
      this.safety.answered(`${item.workspace_id}/${item.module}`, item.answer);
    }
    this.workspaces.get(item.workspace_id ?? "")?.settled(item);
  }

  /** Asks how writes are kept now: this is what turns "stored here" into "safe". */
  private async learnStatus(): Promise<void> {
    if (document.visibilityState === "hidden") {
      return;
    }
    try {
      const status = await this.transport.query<Status>("/api/status");
      this.site.set(status);
      this.safety.told(status);
      const rows = [...this.safety.known()].map(([partition, seq]) => ({ partition, seq }));
      await this.database.protected.bulkPut(rows);
    } catch {
      // Nothing learnt: marks stay as they are.
    }
  }

  /** Several windows share one outbox; the one that holds the lock sends. */
  private sendFromOnePage(): void {
    this.channel?.addEventListener("message", () => void this.outbox.read());
    if (typeof navigator.locks === "undefined") {
      void this.outbox.start();
      return;
    }
    void navigator.locks.request(this.database.name, async () => {
      await this.outbox.start();
      await new Promise<void>((resolve) => {
        this.releaseLock = resolve;
      });
    });
  }
}
