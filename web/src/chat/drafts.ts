/** What is being written: kept on this device at every keystroke, and at the sites a little later. */

import type { DraftRow, Id } from "../api/types";
import type { Draft, LocalDatabase } from "../sync/database";
import type { Outbox } from "../sync/outbox";
import type { Transport } from "../sync/transport";
import { Store } from "./store";

const TO_SITES_AFTER_MS = 2_500;

export function draftKey(conversation: Id, threadOf?: Id | null): string {
  return threadOf ? `${conversation}/${threadOf}` : conversation;
}

export class Drafts {
  readonly all = new Store<ReadonlyMap<string, Draft>>(new Map());
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly workspaceId: Id,
    private readonly database: LocalDatabase,
    private readonly outbox: Outbox,
  ) {}

  async load(): Promise<void> {
    const stored = await this.database.drafts.where({ workspace_id: this.workspaceId }).toArray();
    this.all.update((known) => new Map([...stored.map((draft): [string, Draft] => [draft.key, draft]), ...known]));
  }

  /** Takes over drafts written on other devices, where nothing is being written here. */
  async fromSites(transport: Transport): Promise<void> {
    const { items } = await transport.query<{ items: DraftRow[] }>("/api/messaging/draft-list", {
      workspace_id: this.workspaceId,
    });
    const waiting = new Set(this.outbox.get().map((item) => item.lane));
    this.all.update((known) => {
      const next = new Map(known);
      for (const { conversation_id, thread_of, text, saved_at } of items) {
        const key = draftKey(conversation_id, thread_of);
        if (!next.has(key) && !waiting.has(`draft:${key}`)) {
          next.set(key, { key, workspace_id: this.workspaceId, text, files: [], saved_at });
        }
      }
      return next;
    });
  }

  get(conversation: Id, threadOf?: Id | null): Draft | undefined {
    return this.all.get().get(draftKey(conversation, threadOf));
  }

  save(conversation: Id, threadOf: Id | null, text: string, files: Id[]): void {
    const key = draftKey(conversation, threadOf);
    const draft: Draft = { key, workspace_id: this.workspaceId, text, files, saved_at: Date.now() };
    const isEmpty = text === "" && files.length === 0;
    this.all.update((known) => {
      const next = new Map(known);
      if (isEmpty) {
        next.delete(key);
      } else {
        next.set(key, draft);
      }
      return next;
    });
    void (isEmpty ? this.database.drafts.delete(key) : this.database.drafts.put(draft));
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.toSites(conversation, threadOf), TO_SITES_AFTER_MS),
    );
  }

  /** The message went into the outbox, which is as durable as the draft was. */
  sent(conversation: Id, threadOf: Id | null): void {
    this.save(conversation, threadOf, "", []);
  }

  private toSites(conversation: Id, threadOf: Id | null): void {
    const key = draftKey(conversation, threadOf);
    const text = this.all.get().get(key)?.text ?? "";
    void this.outbox.add({
      lane: `draft:${key}`,
      replaces: `draft:${key}`,
      module: "messaging",
      verb: "save-draft",
      workspace_id: this.workspaceId,
      command: { conversation_id: conversation, ...(threadOf ? { thread_of: threadOf } : {}), text },
    });
  }
}
