/** The conversations of a workspace: list, unread counts, and which of them changed. */

import type { Conversation, Id, Page } from "../api/types";
import type { LocalDatabase } from "../sync/database";
import { RequestError, type Transport } from "../sync/transport";
import { Store } from "./store";

const GATHER_MS = 120;
/** With more changes than this the whole list is fetched instead of single rows. */
const MANY = 8;

export interface ConversationsView {
  rows: readonly Conversation[];
  byId: ReadonlyMap<Id, Conversation>;
  /** Whether any site has answered since the page was opened. */
  isFresh: boolean;
}

export class Conversations {
  readonly view = new Store<ConversationsView>({ rows: [], byId: new Map(), isFresh: false });
  private readonly changed = new Set<Id>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private minSeq = 0;

  constructor(
    private readonly workspaceId: Id,
    private readonly database: LocalDatabase,
    private readonly transport: Transport,
    /** Whether a conversation exists only in the outbox so far. */
    private readonly isUnmade: (id: Id) => boolean,
  ) {}

  async load(): Promise<void> {
    const cached = await this.database.conversations.where({ workspace_id: this.workspaceId }).toArray();
    if (!this.view.get().isFresh) {
      this.put(cached, false);
    }
  }

  /** Fetches every row; what is shown stays until all have come. */
  async refresh(): Promise<void> {
    const rows: Conversation[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<Conversation> = await this.transport.query("/api/messaging/conversation-list", {
        workspace_id: this.workspaceId,
        limit: 200,
        cursor,
      });
      rows.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    const unmade = this.view.get().rows.filter((row) => this.isUnmade(row.id));
    this.put([...rows, ...unmade], true);
    await this.database.transaction("rw", this.database.conversations, async () => {
      await this.database.conversations.where({ workspace_id: this.workspaceId }).delete();
      await this.database.conversations.bulkPut(rows.map((row) => ({ ...row, workspace_id: this.workspaceId })));
    });
  }

  /** Notes that something changed in a conversation; rows are fetched together a little later. */
  touch(id: Id | null, seq = 0): void {
    this.minSeq = Math.max(this.minSeq, seq);
    if (id === null) {
      for (let extra = 0; extra <= MANY; extra += 1) {
        this.changed.add(`any-${extra}`);
      }
    } else {
      this.changed.add(id);
    }
    this.timer ??= setTimeout(() => void this.fetchChanged(), GATHER_MS);
  }

  /** Changes one row at once, before a site has confirmed it (read marks). */
  patch(id: Id, change: Partial<Conversation>): void {
    const row = this.view.get().byId.get(id);
    if (row !== undefined) {
      this.merge({ ...row, ...change });
    }
  }

  private async fetchChanged(): Promise<void> {
    const ids = [...this.changed];
    this.changed.clear();
    try {
      if (ids.length > MANY) {
        await this.refresh();
      } else {
        await Promise.all(ids.map((id) => this.fetchOne(id)));
      }
    } catch {
      // The next connection fetches the whole list again.
    }
    this.timer = undefined;
    if (this.changed.size > 0) {
      this.timer = setTimeout(() => void this.fetchChanged(), GATHER_MS);
    }
  }

  async fetchOne(id: Id): Promise<void> {
    if (this.isUnmade(id)) {
      return;
    }
    try {
      const row = await this.transport.query<Conversation>("/api/messaging/conversation", {
        workspace_id: this.workspaceId,
        conversation_id: id,
        min_seq: this.minSeq === 0 ? undefined : this.minSeq,
      });
      this.merge(row);
      await this.database.conversations.put({ ...row, workspace_id: this.workspaceId });
    } catch (error) {
      if (error instanceof RequestError && (error.problem.status === 404 || error.problem.status === 403)) {
        // No longer a member.
        const rows = this.view.get().rows.filter((row) => row.id !== id);
        this.put(rows, this.view.get().isFresh);
        await this.database.conversations.delete([this.workspaceId, id]);
      }
    }
  }

  private merge(row: Conversation): void {
    const rest = this.view.get().rows.filter((other) => other.id !== row.id);
    this.put([...rest, row], this.view.get().isFresh);
  }

  private put(rows: readonly Conversation[], isFresh: boolean): void {
    const sorted = [...rows].sort(newestFirst);
    this.view.set({ rows: sorted, byId: new Map(sorted.map((row) => [row.id, row])), isFresh });
  }
}

function newestFirst(a: Conversation, b: Conversation): number {
  return b.last_at - a.last_at || a.id.localeCompare(b.id);
}
