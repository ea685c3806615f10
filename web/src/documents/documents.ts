/** The documents of a workspace: what changed, who wants to know, and what the outbox carries for them. */

import type { EntryFrame, Id } from "../api/types";
import { Store } from "../chat/store";
import type { NewCommand, Outbox } from "../sync/outbox";
import type { OutboxItem } from "../sync/outbox-item";
import type { StreamEffect } from "../sync/resume";
import { needsMending } from "./save-state";

export interface DocumentEvent {
  kind: string;
  data: Record<string, unknown>;
  seq: number;
}

/** A document that is open on this page. */
export interface OpenDocument {
  onEvent(event: DocumentEvent): void;
  /** Events may have been missed. */
  onResync(): void;
  /** A command about it got its final answer. */
  onSettled(item: OutboxItem): void;
}

const GATHER_MS = 400;
/** That somebody writes is little news to lists: only the time of the last change moves. */
const QUIET_MS = 10_000;

function isQuiet(kind: string): boolean {
  return kind === "document-updated" || kind === "version-named" || kind.startsWith("comment-");
}

export class Documents {
  readonly partition: string;
  /** Grows when something changed that lists show. */
  readonly changes = new Store<number>(0);
  /** The newest entry heard of: what is asked next must know it. */
  minSeq = 0;
  private readonly open = new Map<Id, Set<OpenDocument>>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private quietTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly workspaceId: Id,
    private readonly outbox: Outbox,
    /** Mends a document nobody has open; loaded only then. */
    private readonly mend: (document: Id) => void,
  ) {
    this.partition = `${workspaceId}/documents`;
  }

  watch(document: Id, watcher: OpenDocument): () => void {
    const watchers = this.open.get(document) ?? new Set();
    this.open.set(document, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) {
        this.open.delete(document);
      }
    };
  }

  take(effect: StreamEffect): void {
    if (effect.kind === "refetch") {
      for (const watcher of this.all()) {
        watcher.onResync();
      }
      this.changed();
    } else if (effect.kind === "entry") {
      this.entry(effect.frame);
    }
  }

  private entry(frame: EntryFrame): void {
    this.minSeq = Math.max(this.minSeq, frame.seq);
    for (const { kind, data } of frame.events) {
      const about = data["document_id"] ?? data["item_id"] ?? data["folder_id"];
      for (const watcher of typeof about === "string" ? (this.open.get(about) ?? []) : []) {
        watcher.onEvent({ kind, data, seq: frame.seq });
      }
      // Who may read an item, and whether it is in the trash, follows from the folders around it.
      if (kind === "permissions-set" || kind === "access-lost" || kind.startsWith("item-")) {
        for (const watcher of this.all()) {
          watcher.onEvent({ kind: "around-changed", data, seq: frame.seq });
        }
      }
    }
    if (frame.events.every(({ kind }) => isQuiet(kind))) {
      this.written();
    } else {
      this.changed();
    }
  }

  settled(item: OutboxItem): void {
    const document = item.command["document_id"];
    const watchers = typeof document === "string" ? this.open.get(document) : undefined;
    this.minSeq = Math.max(this.minSeq, item.answer?.seq ?? 0);
    for (const watcher of watchers ?? []) {
      watcher.onSettled(item);
    }
    if (item.state === "answered") {
      void this.outbox.forget(item.id);
      if (item.verb === "update-document") {
        this.written();
      } else {
        this.changed();
      }
    } else if (needsMending(item) && watchers === undefined && typeof document === "string") {
      this.mend(document);
    }
  }

  /** A command through the outbox, after those about the same document. */
  command(document: Id, verb: string, parameters: Record<string, unknown>, extra: Partial<NewCommand> = {}): Promise<OutboxItem> {
    return this.outbox.add({
      lane: `document:${document}`,
      module: "documents",
      verb,
      workspace_id: this.workspaceId,
      command: { document_id: document, ...parameters },
      ...extra,
    });
  }

  private written(): void {
    this.quietTimer ??= setTimeout(() => {
      this.quietTimer = undefined;
      this.changed();
    }, QUIET_MS);
  }

  changed(seq = 0): void {
    this.minSeq = Math.max(this.minSeq, seq);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.changes.update((n) => n + 1);
    }, GATHER_MS);
  }

  private *all(): Iterable<OpenDocument> {
    for (const watchers of this.open.values()) {
      yield* watchers;
    }
  }
}
