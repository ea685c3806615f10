/** The open conversations' messages, fetched in pages, kept up by events, cached for offline reading. */

import type { Id, Message, MessagePage } from "../api/types";
import type { LocalDatabase } from "../sync/database";
import type { Transport } from "../sync/transport";
import { Store } from "./store";
import {
  EMPTY_TIMELINE,
  PAGE,
  type Timeline,
  arrived,
  firstPosition,
  lastPosition,
  replaced,
  withChanged,
  withNewer,
  withNewest,
  withOlder,
} from "./timeline";

const GATHER_MS = 25;

export interface TimelineView extends Timeline {
  isLoading: boolean;
  /** The code of what went wrong at the last fetch. */
  failure: string | null;
}

interface Open {
  store: Store<TimelineView>;
  /** Fetches of one conversation go one after another, so that pages always join. */
  queue: Promise<void>;
  timer: ReturnType<typeof setTimeout> | undefined;
  changed: Set<Id>;
  minSeq: number;
}

export class Timelines {
  private readonly open = new Map<Id, Open>();

  constructor(
    private readonly workspaceId: Id,
    private readonly database: LocalDatabase,
    private readonly transport: Transport,
    private readonly onSeen: (messages: readonly Message[]) => void,
    /** Whether a conversation exists only in the outbox so far. */
    private readonly isUnmade: (id: Id) => boolean,
  ) {}

  of(conversation: Id): Store<TimelineView> {
    return this.entry(conversation).store;
  }

  /** Shows the newest messages: the cached ones at once, the sites' when they come. */
  openAtEnd(conversation: Id): Promise<void> {
    const entry = this.entry(conversation);
    return this.inTurn(entry, async () => {
      const view = entry.store.get();
      if (view.messages.length === 0 || view.hasNewer) {
        const cached = await this.cached(conversation);
        if (cached.length > 0) {
          this.show(entry, replaced(cached, true, false));
        }
      }
      // The page is fetched even when the cache reaches the end: cached messages may have changed.
      const page = await this.page(conversation, { limit: PAGE });
      this.show(entry, withNewest(entry.store.get(), page.items, page.has_before));
    });
  }

  openAround(conversation: Id, position: number): Promise<void> {
    const entry = this.entry(conversation);
    const isLoaded = entry.store.get().messages.some((message) => message.position === position);
    if (isLoaded) {
      return Promise.resolve();
    }
    return this.inTurn(entry, async () => {
      const page = await this.page(conversation, { around: position, limit: PAGE });
      this.show(entry, replaced(page.items, page.has_before, page.has_after));
    });
  }

  loadOlder(conversation: Id): Promise<void> {
    const entry = this.entry(conversation);
    return this.inTurn(entry, async () => {
      const first = firstPosition(entry.store.get());
      if (first === null || !entry.store.get().hasOlder) {
        return;
      }
      const page = await this.page(conversation, { before: first, limit: PAGE });
      this.show(entry, withOlder(entry.store.get(), page.items, page.has_before));
    });
  }

  loadNewer(conversation: Id): Promise<void> {
    const entry = this.entry(conversation);
    return this.inTurn(entry, () => this.newer(conversation, entry));
  }

  /** A message arrived live: shown at once if it is the next one, otherwise what is missing is fetched. */
  arrived(message: Message, seq: number): void {
    const entry = this.open.get(message.conversation_id);
    if (entry === undefined) {
      void this.keepNew(message);
      this.onSeen([message]);
      return;
    }
    const { timeline, isGap } = arrived(entry.store.get(), message);
    if (isGap || message.urgent) {
      this.posted(message.conversation_id, seq);
    }
    if (!isGap) {
      void this.keepNew(message);
      this.show(entry, timeline);
      this.onSeen([message]);
      if (message.urgent) {
        this.changed(message.conversation_id, message.id, seq);
      }
    }
  }

  /** Something was posted: fetches what follows the last message known. */
  posted(conversation: Id, seq = 0): void {
    const entry = this.open.get(conversation);
    if (entry !== undefined && !entry.store.get().hasNewer) {
      entry.minSeq = Math.max(entry.minSeq, seq);
      entry.timer ??= setTimeout(() => this.catchUp(conversation, entry), GATHER_MS);
    }
  }

  /** A message changed: fetches it again if it is loaded. */
  changed(conversation: Id | null, message: Id, seq = 0): void {
    for (const [id, entry] of this.open) {
      if ((conversation === null || id === conversation) && has(entry, message)) {
        entry.changed.add(message);
        entry.minSeq = Math.max(entry.minSeq, seq);
        entry.timer ??= setTimeout(() => this.catchUp(id, entry), GATHER_MS);
      }
    }
  }

  /** After an interruption: every open conversation asks for what it missed. */
  refetch(): void {
    for (const [id, entry] of this.open) {
      for (const message of entry.store.get().messages.slice(-PAGE)) {
        entry.changed.add(message.id);
      }
      entry.timer ??= setTimeout(() => this.catchUp(id, entry), GATHER_MS);
    }
  }

  private catchUp(conversation: Id, entry: Open): void {
    void this.inTurn(entry, async () => {
      // Events of a burst end in one fetch; those that come while it runs start the next.
      entry.timer = undefined;
      const changed = [...entry.changed];
      entry.changed.clear();
      await this.refresh(conversation, entry, changed);
      if (!entry.store.get().hasNewer) {
        await this.newer(conversation, entry);
      }
    });
  }

  private async refresh(conversation: Id, entry: Open, ids: readonly Id[]): Promise<void> {
    const wanted = new Set(ids);
    const positions = entry.store
      .get()
      .messages.filter((message) => wanted.has(message.id))
      .map((message) => message.position);
    if (positions.length === 0) {
      return;
    }
    // One stretch covers most changes; they are near one another.
    let from = Math.min(...positions);
    const to = Math.max(...positions);
    while (from <= to) {
      const page = await this.page(conversation, { after: from - 1, limit: PAGE, min_seq: entry.minSeq || undefined });
      this.show(entry, withChanged(entry.store.get(), page.items));
      const reached = page.items.at(-1)?.position;
      const next = positions.filter((position) => position > (reached ?? to));
      if (reached === undefined || next.length === 0) {
        break;
      }
      from = Math.min(...next);
    }
  }

  private async newer(conversation: Id, entry: Open, pages = 1): Promise<void> {
    const last = lastPosition(entry.store.get()) ?? 0;
    const page = await this.page(conversation, { after: last, limit: PAGE, min_seq: entry.minSeq || undefined });
    this.show(entry, withNewer(entry.store.get(), page.items, page.has_after));
    // Far behind, the rest is fetched when somebody scrolls there or jumps to the end.
    if (page.has_after && pages < 4) {
      await this.newer(conversation, entry, pages + 1);
    }
  }

  private async page(conversation: Id, parameters: Record<string, number | undefined>): Promise<MessagePage> {
    if (this.isUnmade(conversation)) {
      return { items: [], has_before: false, has_after: false, last_position: 0 };
    }
    const page = await this.transport.query<MessagePage>("/api/messaging/message-list", {
      workspace_id: this.workspaceId,
      conversation_id: conversation,
      ...parameters,
    });
    void this.database.messages.bulkPut(page.items);
    this.onSeen(page.items);
    return page;
  }

  /** Caches a message unless a later state of it is there already. */
  private async keepNew(message: Message): Promise<void> {
    await this.database.messages.add(message).catch(() => undefined);
  }

  private async cached(conversation: Id): Promise<Message[]> {
    const newestFirst = await this.database.messages
      .where("[conversation_id+position]")
      .between([conversation, 0], [conversation, Number.MAX_SAFE_INTEGER])
      .reverse()
      .limit(PAGE)
      .toArray();
    // Only an unbroken stretch may be shown: what is missing must look missing.
    const stretch: Message[] = [];
    for (const message of newestFirst) {
      const previous = stretch.at(-1);
      if (previous !== undefined && previous.position !== message.position + 1) {
        break;
      }
      stretch.push(message);
    }
    this.onSeen(stretch);
    return stretch.reverse();
  }

  private entry(conversation: Id): Open {
    let entry = this.open.get(conversation);
    if (entry === undefined) {
      const store = new Store<TimelineView>({ ...EMPTY_TIMELINE, isLoading: true, failure: null });
      entry = { store, queue: Promise.resolve(), timer: undefined, changed: new Set(), minSeq: 0 };
      this.open.set(conversation, entry);
    }
    return entry;
  }

  private inTurn(entry: Open, work: () => Promise<void>): Promise<void> {
    entry.queue = entry.queue.then(async () => {
      try {
        await work();
        entry.store.update((view) => ({ ...view, isLoading: false, failure: null }));
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error);
        entry.store.update((view) => ({ ...view, isLoading: false, failure }));
      }
    });
    return entry.queue;
  }

  private show(entry: Open, timeline: Timeline): void {
    entry.store.update((view) => ({ ...view, ...timeline }));
  }
}

function has(entry: Open, message: Id): boolean {
  return entry.store.get().messages.some((known) => known.id === message);
}
