/**
 * A document that is open: the words as the editor changes them, in step with the sites. What is
 * typed goes out through the outbox; what others type comes in over the event stream, and what the
 * stream missed is asked for.
 */

import { Doc, applyUpdate } from "yjs";
import type { DocumentDetails, DocumentUpdates } from "../api/documents";
import type { Id, Status } from "../api/types";
import { Store } from "../chat/store";
import type { Workspace } from "../chat/workspace";
import { type OutboxItem, isOpen } from "../sync/outbox-item";
import { RequestError } from "../sync/transport";
import { fromBase64, toBase64 } from "./bytes";
import type { DocumentEvent, OpenDocument } from "./documents";
import { type Incoming, NOTHING_CAME, hasGap, stood, took } from "./incoming";
import { FROM_ELSEWHERE, applyWaiting, askDocument, mend } from "./mend";
import { type SaveState, counted, needsMending, saveState, updatesOf } from "./save-state";
import { UpdateQueue } from "./update-queue";

const RETRY_MS = 2_000;
const GAP_PATIENCE_MS = 150;

export class LiveDocument implements OpenDocument {
  readonly doc = new Doc();
  readonly details = new Store<DocumentDetails | null>(null);
  /** Why there is nothing to show, if there is nothing. */
  readonly failure = new Store<string | null>(null);
  readonly saved = new Store<SaveState>("kept");
  /** Grows with everything that panels beside the words show: comments, versions, files. */
  readonly beside = new Store<number>(0);
  /** Position of the last update that was taken in. */
  readonly position = new Store<number>(0);
  private incoming: Incoming = NOTHING_CAME;
  private readonly queue: UpdateQueue;
  private readonly ends: (() => void)[] = [];
  private readonly timers = new Map<"load" | "missing" | "safety", ReturnType<typeof setTimeout>>();
  private isStopped = false;
  private isMending = false;
  private begun: Promise<void> | null = null;
  /** Counts the answers asked for: only the last one counts. */
  private turn = 0;
  /** The newest entry that has to be at both sites for "safe"; `null`: not known yet. */
  private answeredSeq: number | null = null;

  constructor(
    private readonly workspace: Workspace,
    readonly id: Id,
  ) {
    const { unsent } = workspace.doors.database;
    this.queue = new UpdateQueue({
      keep: (update) => unsent.add({ document_id: id, update }),
      send: async (update) => {
        await workspace.documents.command(id, "update-document", { update: toBase64(update) });
      },
      release: (keys) => unsent.bulkDelete(keys),
      onChange: this.look,
    });
  }

  start(): void {
    const { outbox, safety } = this.workspace.doors;
    const leave = (): void => void this.queue.flush();
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", leave);
    this.ends.push(
      this.workspace.documents.watch(this.id, this),
      outbox.subscribe(this.onOutbox),
      safety.subscribe(this.look),
      () => removeEventListener("pagehide", leave),
      () => document.removeEventListener("visibilitychange", leave),
    );
    void this.load();
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    for (const end of this.ends) {
      end();
    }
    void this.queue.flush().finally(() => this.doc.destroy());
  }

  /** Everything typed so far is in the outbox when this resolves. */
  flush(): Promise<void> {
    return this.queue.flush();
  }

  /** Everything typed so far has a site's answer when this resolves, unless none comes in time. */
  async arrived(patienceMs = 5_000): Promise<void> {
    await this.queue.flush();
    const until = Date.now() + patienceMs;
    while (counted(this.workspace.doors.outbox.get(), this.id).open > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  retry = (): void => {
    this.failure.set(null);
    void this.load();
  };

  private async load(): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    const isFirst = this.details.get() === null;
    try {
      const details = await askDocument(this.workspace, this.id);
      if (this.isStopped) {
        return;
      }
      this.applyState(details);
      await this.begin();
      this.failure.set(null);
      this.details.set(details);
      this.onOutbox();
      if (this.answeredSeq === null) {
        await this.learnSafety();
      }
    } catch (error) {
      if (turn === this.turn) {
        this.notLoaded(error, isFirst);
      }
    }
  }

  /** Once, when there is something to show: takes in what waits here, and begins to listen. */
  private begin(): Promise<void> {
    this.begun ??= this.takeWaiting();
    return this.begun;
  }

  private async takeWaiting(): Promise<void> {
    const { database } = this.workspace.doors;
    applyWaiting(this.workspace, this.id, this.doc);
    // What an earlier page kept and could not hand on.
    const left = await database.unsent.where({ document_id: this.id }).toArray().catch(() => []);
    for (const { update } of left) {
      applyUpdate(this.doc, update, FROM_ELSEWHERE);
    }
    this.queue.adopt(left.map(({ key, update }) => ({ key: key ?? 0, update })));
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== FROM_ELSEWHERE) {
        this.queue.push(update);
      }
    });
  }

  private notLoaded(error: unknown, isFirst: boolean): void {
    if (this.isStopped) {
      return;
    }
    const code = error instanceof RequestError ? error.problem.code : "unexpected";
    const isGone = isShut(error);
    const unmade = this.unmade();
    if (isFirst && unmade !== null) {
      this.showUnmade(unmade);
    } else if (isFirst || isGone) {
      this.failure.set(code);
      if (isGone) {
        this.details.set(null);
        return;
      }
    }
    this.later("load", RETRY_MS, () => void this.load());
  }

  /** The command that makes this document, while no site has answered it. */
  private unmade(): OutboxItem | null {
    const items = this.workspace.doors.outbox.get();
    return items.find((item) => item.verb === "create-document" && item.command["document_id"] === this.id && isOpen(item)) ?? null;
  }

  /** A document that no site has made yet can be written in all the same. */
  private showUnmade(item: OutboxItem): void {
    const { me } = this.workspace;
    void this.begin().then(() =>
      this.details.set({
        document_id: this.id,
        kind: "document",
        title: String(item.command["title"]),
        folder_id: (item.command["folder_id"] as Id | undefined) ?? null,
        breadcrumbs: [],
        rights: { role: "manager", can_comment: true, can_edit: true, can_manage: true },
        inherits: true,
        is_trashed: false,
        created_by: me,
        created_at: item.created_at,
        changed_by: me,
        changed_at: item.created_at,
        state: "",
        state_vector: "",
        seq: 0,
        file: null,
        attachments: [],
      }),
    );
  }

  /** What has to be at both sites before "safe" is true: at least everything that was loaded. */
  private async learnSafety(): Promise<void> {
    try {
      const status = await this.workspace.doors.transport.query<Status>("/api/status");
      const mine = status.partitions.find(({ partition }) => partition === this.workspace.documents.partition);
      this.answeredSeq = Math.max(this.answeredSeq ?? 0, mine?.seq ?? 0);
      this.workspace.doors.safety.told(status);
    } catch {
      this.later("safety", RETRY_MS, () => void this.learnSafety());
    }
    this.look();
  }

  private applyState(details: DocumentDetails): void {
    if (details.state !== null && details.state !== "") {
      applyUpdate(this.doc, fromBase64(details.state), FROM_ELSEWHERE);
    }
    this.takeIn(stood(this.incoming, details.seq));
  }

  private takeIn({ incoming, apply }: { incoming: Incoming; apply: string[] }): void {
    for (const update of apply) {
      applyUpdate(this.doc, fromBase64(update), FROM_ELSEWHERE);
    }
    this.incoming = incoming;
    this.position.set(incoming.seq);
  }

  onEvent({ kind, data, seq }: DocumentEvent): void {
    if (kind === "document-updated") {
      this.takeIn(took(this.incoming, [{ seq: Number(data["seq"]), update: String(data["update"]) }]));
      if (hasGap(this.incoming)) {
        this.askSoon(GAP_PATIENCE_MS);
      }
      this.beside.update((n) => n + 1);
    } else if (kind.startsWith("comment-") || kind === "version-named") {
      this.beside.update((n) => n + 1);
    } else if (seq > 0) {
      void this.load();
      this.beside.update((n) => n + 1);
    }
  }

  onResync(): void {
    this.askSoon(0);
    if (this.details.get() !== null) {
      void this.load();
    }
    this.beside.update((n) => n + 1);
  }

  onSettled(item: OutboxItem): void {
    if (item.state === "answered") {
      this.answeredSeq = Math.max(this.answeredSeq ?? 0, item.answer?.seq ?? 0);
    }
    if (item.verb === "create-document" || item.verb === "attach-file") {
      void this.load();
    }
    this.look();
  }

  private askSoon(ms: number): void {
    this.later("missing", ms, () => void this.askMissing());
  }

  private later(what: "load" | "missing" | "safety", ms: number, act: () => void): void {
    clearTimeout(this.timers.get(what));
    if (!this.isStopped) {
      this.timers.set(what, setTimeout(act, ms));
    }
  }

  /** Fetches updates after the last one taken in, until there are no more. */
  private async askMissing(): Promise<void> {
    try {
      let last = 0;
      do {
        const before = this.incoming.seq;
        const page = await this.workspace.doors.transport.query<DocumentUpdates>("/api/documents/document-updates", {
          workspace_id: this.workspace.id,
          document_id: this.id,
          after: before,
        });
        if (this.isStopped) {
          return;
        }
        last = page.last_seq;
        this.takeIn(took(this.incoming, page.items));
        if (this.incoming.seq === before) {
          break;
        }
      } while (this.incoming.seq < last);
      if (hasGap(this.incoming)) {
        // This site is behind the one that told of the later update.
        this.askSoon(RETRY_MS);
      }
    } catch (error) {
      if (!isShut(error)) {
        this.askSoon(RETRY_MS);
      }
    }
  }

  private readonly onOutbox = (): void => {
    const { outbox } = this.workspace.doors;
    if (!this.isMending && this.details.get() !== null && updatesOf(outbox.get(), this.id).some(needsMending)) {
      this.isMending = true;
      void mend(this.workspace, this.id, this.doc)
        .catch(() => new Promise((resolve) => setTimeout(resolve, RETRY_MS)))
        .finally(() => {
          this.isMending = false;
          if (!this.isStopped) {
            this.onOutbox();
          }
        });
    }
    this.look();
  };

  private readonly look = (): void => {
    const { outbox, safety } = this.workspace.doors;
    const { unkept, gathered } = this.queue;
    const isSafe = this.answeredSeq !== null && safety.isSafe(this.workspace.documents.partition, this.answeredSeq);
    this.saved.set(saveState({ unkept, gathered, isSafe, ...counted(outbox.get(), this.id) }));
  };
}

/** Whether the document is not there for this person, now or after any number of tries. */
function isShut(error: unknown): boolean {
  return error instanceof RequestError && (error.problem.status === 404 || error.problem.code === "quarantined");
}
