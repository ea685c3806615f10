/** One workspace as this device sees it, and everything a person can do in it. */

import type { Attachment, Conversation, EntryFrame, Id, Membership, Message, StreamEvent } from "../api/types";
import { Documents } from "../documents/documents";
import { newId } from "../ids";
import type { LocalDatabase } from "../sync/database";
import type { NewCommand, Outbox } from "../sync/outbox";
import { type OutboxItem, isOpen } from "../sync/outbox-item";
import type { StreamEffect } from "../sync/resume";
import type { Safety } from "../sync/safety";
import type { Transport } from "../sync/transport";
import { Conversations } from "./conversations";
import { Drafts } from "./drafts";
import type { Files } from "./files";
import { type ProtectionNews, highAfter } from "./protection-news";
import type { ResponseNews, ResponseReach } from "./response-news";
import { Roster } from "./roster";
import { Store } from "./store";
import { Timelines } from "./timelines";

export interface WorkspaceDoors {
  database: LocalDatabase;
  transport: Transport;
  outbox: Outbox;
  files: Files;
  safety: Safety;
}

export interface NewMessage {
  conversation: Id;
  text: string;
  threadOf?: Id | null;
  mentions?: Id[];
  mentionEveryone?: boolean;
  files?: Id[];
  urgentEveryS?: number;
}

export interface NewConversation {
  kind: "direct" | "group" | "channel";
  members: Id[];
  name?: string;
  topic?: string;
  posters?: "members" | Id[];
  audience?: "everyone" | "members";
}

export class Workspace {
  readonly id: Id;
  readonly me: Id;
  readonly messagingPartition: string;
  readonly directoryPartition: string;
  readonly protectionPartition: string;
  readonly responsePartition: string;
  readonly roster: Roster;
  readonly conversations: Conversations;
  readonly timelines: Timelines;
  readonly drafts: Drafts;
  readonly documents: Documents;
  /** What was found, declared and decided about attacks; news only for those who watch over the workspace. */
  readonly protection = new Store<ProtectionNews>({ changes: 0, seq: 0, high: null });
  /** How many alarms nobody has judged; with `+` where there are more. */
  readonly openAlarms = new Store("");
  /** Calls, incidents and the command team; everybody hears of the calls that call them. */
  readonly response = new Store<ResponseNews>({ changes: 0, seq: 0 });
  /** Calls that wait for this person's answer. */
  readonly openCalls = new Store(0);
  readonly reach = new Store<ResponseReach>({ command: false, succession: false });
  /** Urgent notices that wait for this person's acknowledgement. */
  readonly urgent = new Store<readonly Message[]>([]);
  /** Grows whenever messages changed: panes that show single messages fetch again. */
  readonly changes = new Store<number>(0);
  private readonly read = new Map<Id, number>();

  constructor(
    readonly membership: Membership,
    readonly doors: WorkspaceDoors,
  ) {
    const { database, transport, outbox } = doors;
    this.id = membership.id;
    this.me = membership.person.id;
    this.messagingPartition = `${this.id}/messaging`;
    this.directoryPartition = `${this.id}/directory`;
    this.protectionPartition = `${this.id}/protection`;
    this.responsePartition = `${this.id}/response`;
    this.roster = new Roster(this.id, database, transport);
    const isUnmade = (id: Id): boolean =>
      outbox
        .get()
        .some(
          (item) =>
            item.verb === "create-conversation" && item.command["conversation_id"] === id && item.state !== "answered",
        );
    this.conversations = new Conversations(this.id, database, transport, isUnmade);
    this.timelines = new Timelines(this.id, database, transport, (messages) => this.seen(messages), isUnmade);
    this.drafts = new Drafts(this.id, database, outbox);
    this.documents = new Documents(this.id, outbox, (document) => {
      void import("../documents/mend-closed").then(({ mendClosed }) => mendClosed(this, document));
    });
    this.roster.note(this.me, membership.person.name, membership.person.handle);
  }

  may(permission: string): boolean {
    return this.membership.person.permissions.includes(permission);
  }

  partitions(): string[] {
    const all = [this.messagingPartition, this.directoryPartition, this.documents.partition, this.responsePartition];
    return this.may("protection.manage") ? [...all, this.protectionPartition] : all;
  }

  /** Shows what this device remembers, then what a site says. */
  async load(): Promise<void> {
    await Promise.all([this.conversations.load(), this.drafts.load()]);
    this.showUnmade(this.doors.outbox.get());
    await Promise.allSettled([
      this.conversations.refresh(),
      this.refreshUrgent(),
      this.roster.load(),
      this.drafts.fromSites(this.doors.transport),
    ]);
  }

  /** Fetches everything shown: after an interruption too long for the event stream to bridge. */
  refetch(): void {
    this.roster.allStale();
    this.conversations.touch(null);
    this.timelines.refetch();
    void this.refreshUrgent();
    this.changes.update((n) => n + 1);
  }

  take(effect: StreamEffect): void {
    const partition = effect.kind === "entry" ? effect.frame.partition : effect.partition;
    if (partition === this.documents.partition) {
      this.documents.take(effect);
      return;
    }
    if (partition === this.responsePartition) {
      if (effect.kind === "entry" || effect.kind === "refetch") {
        this.respond(effect.kind === "entry" ? effect.frame.seq : 0);
      }
    } else if (partition === this.protectionPartition) {
      this.watch(effect);
    } else if (effect.kind === "refetch") {
      this.refetch();
    } else if (effect.kind === "entry") {
      this.entry(effect.frame);
    }
  }

  private entry(frame: EntryFrame): void {
    for (const event of frame.events) {
      const conversation = text(event.data["conversation_id"]) ?? text(event.data["conversation"]);
      const message = text(event.data["message_id"]) ?? text(event.data["id"]);
      if (frame.partition === this.directoryPartition) {
        const person = text(event.data["person_id"]) ?? text(event.data["person"]);
        if (person !== null) {
          this.roster.stale(person);
        }
        continue;
      }
      if (conversation !== null) {
        this.conversations.touch(conversation, frame.seq);
      }
      if (event.kind === "message-posted" && conversation !== null) {
        this.timelines.arrived(postedMessage(frame, event), frame.seq);
        const root = text(event.data["thread_of"]);
        if (root !== null) {
          this.timelines.changed(conversation, root, frame.seq);
        }
      } else if (message !== null) {
        this.timelines.changed(conversation, message, frame.seq);
      }
      if (event.kind === "messages-imported" && conversation !== null) {
        this.timelines.posted(conversation, frame.seq);
      }
      if (event.kind.startsWith("urgent-") || event.data["urgent"]) {
        void this.refreshUrgent();
      }
    }
    this.changes.update((n) => n + 1);
  }

  private watch(effect: StreamEffect): void {
    if (effect.kind !== "entry" && effect.kind !== "refetch") {
      return;
    }
    const { seq, events } = effect.kind === "entry" ? effect.frame : { seq: 0, events: [] };
    for (const { kind, data } of events) {
      if (kind === "alarm-raised") {
        this.roster.stale(String(data["person_id"]));
      }
    }
    this.protection.update((news) => ({
      changes: news.changes + 1,
      seq: Math.max(news.seq, seq),
      high: events.reduce(highAfter, news.high),
    }));
  }

  private respond(seq: number): void {
    this.response.update((news) => ({ changes: news.changes + 1, seq: Math.max(news.seq, seq) }));
  }

  async refreshUrgent(): Promise<void> {
    try {
      const page = await this.doors.transport.query<{ items: Message[] }>("/api/messaging/urgent-list", {
        workspace_id: this.id,
      });
      this.urgent.set(page.items);
      this.seen(page.items);
    } catch {
      // Asked again at the next event or connection.
    }
  }

  /* ---- what a person does ---- */

  async post(message: NewMessage): Promise<OutboxItem> {
    const item = await this.command(`conversation:${message.conversation}`, "post-message", {
      message_id: newId(),
      conversation_id: message.conversation,
      text: message.text,
      ...(message.threadOf ? { thread_of: message.threadOf } : {}),
      ...(message.mentions?.length ? { mentions: message.mentions } : {}),
      ...(message.mentionEveryone ? { mention_everyone: true } : {}),
      ...(message.urgentEveryS === undefined ? {} : { urgent: { remind_every_s: message.urgentEveryS } }),
    }, message.files?.length ? { files: message.files } : {});
    this.drafts.sent(message.conversation, message.threadOf ?? null);
    return item;
  }

  edit(message: Message, newText: string): Promise<OutboxItem> {
    return this.onMessage(message, "edit-message", { text: newText });
  }

  remove(message: Message): Promise<OutboxItem> {
    return this.onMessage(message, "delete-message", {});
  }

  react(message: Message, emoji: string, isOn: boolean): Promise<OutboxItem> {
    return this.onMessage(message, isOn ? "add-reaction" : "remove-reaction", { emoji });
  }

  acknowledge(message: Message): Promise<OutboxItem> {
    this.urgent.update((waiting) => waiting.filter((other) => other.id !== message.id));
    return this.onMessage(message, "acknowledge-urgent", {});
  }

  /** Marks everything up to a position as read; only ever forwards. */
  markRead(conversation: Id, position: number): void {
    const row = this.conversations.view.get().byId.get(conversation);
    const known = Math.max(this.read.get(conversation) ?? 0, row?.read_up_to ?? 0);
    if (position <= known && (row?.unread ?? 0) === 0) {
      return;
    }
    if (position <= (this.read.get(conversation) ?? 0)) {
      return;
    }
    this.read.set(conversation, position);
    this.conversations.patch(conversation, { unread: 0, mentions_unread: 0 });
    void this.command(`read:${conversation}`, "mark-read", { conversation_id: conversation, up_to: position }, {
      replaces: `read:${conversation}`,
    });
  }

  /** Makes a conversation; messages written to it before a site has answered wait in its lane. */
  async create(conversation: NewConversation): Promise<Id> {
    const id = newId();
    const item = await this.command(`conversation:${id}`, "create-conversation", { conversation_id: id, ...conversation });
    this.showUnmade([item]);
    return id;
  }

  /** Shows conversations that wait in the outbox, also after a reload. */
  private showUnmade(items: readonly OutboxItem[]): void {
    const rows = items
      .filter((item) => item.verb === "create-conversation" && item.workspace_id === this.id && isOpen(item))
      .map(unmadeConversation);
    if (rows.length > 0) {
      this.conversations.view.update((view) => {
        const all = [...rows, ...view.rows.filter((row) => !rows.some((other) => other.id === row.id))];
        return { ...view, rows: all, byId: new Map(all.map((row) => [row.id, row])) };
      });
    }
  }

  /** Any other command about a conversation, in its lane. */
  onConversation(conversation: Id, verb: string, parameters: Record<string, unknown>): Promise<OutboxItem> {
    return this.command(`conversation:${conversation}`, verb, { conversation_id: conversation, ...parameters });
  }

  private onMessage(message: Message, verb: string, parameters: Record<string, unknown>): Promise<OutboxItem> {
    return this.command(`conversation:${message.conversation_id}`, verb, { message_id: message.id, ...parameters });
  }

  private command(
    lane: string,
    verb: string,
    command: Record<string, unknown>,
    extra: Partial<NewCommand> = {},
  ): Promise<OutboxItem> {
    return this.doors.outbox.add({ lane, module: "messaging", verb, workspace_id: this.id, command, ...extra });
  }

  /** A command got its final answer. */
  settled(item: OutboxItem): void {
    if (item.module === "documents") {
      this.documents.settled(item);
      return;
    }
    const seq = item.answer?.seq ?? 0;
    if (item.module === "response") {
      // Refused ones too: what was shown as if it were done is not.
      this.respond(seq);
      if (item.state === "answered") {
        void this.doors.outbox.forget(item.id);
      }
      return;
    }
    if (item.state !== "answered" || item.answer === undefined) {
      return;
    }
    const conversation = text(item.command["conversation_id"]);
    if (item.verb === "create-conversation" && conversation !== null) {
      this.created(item, conversation, seq);
    } else if (item.verb === "post-message" && conversation !== null) {
      // Shown as it stands in the conversation now, without waiting for the event.
      this.timelines.arrived(acknowledgedMessage(item, this.me), seq);
      this.conversations.touch(conversation, seq);
    } else {
      const message = text(item.command["message_id"]);
      if (message !== null) {
        this.timelines.changed(null, message, seq);
      }
      if (conversation !== null) {
        this.conversations.touch(conversation, seq);
      }
      void this.doors.outbox.forget(item.id);
    }
    this.changes.update((n) => n + 1);
  }

  /** Called with the conversation that exists when it is not the one asked for (one-to-one). */
  onMoved: ((from: Id, to: Id) => void) | null = null;

  private created(item: OutboxItem, asked: Id, seq: number): void {
    const given = text(item.answer?.answer["conversation_id"]) ?? asked;
    void this.doors.outbox.forget(item.id);
    if (given !== asked) {
      this.conversations.view.update((view) => {
        const rows = view.rows.filter((row) => row.id !== asked);
        return { ...view, rows, byId: new Map(rows.map((row) => [row.id, row])) };
      });
      void this.doors.outbox.rewrite(`conversation:${asked}`, (waiting) => ({
        ...waiting,
        lane: `conversation:${given}`,
        command: { ...waiting.command, conversation_id: given },
      }));
      this.onMoved?.(asked, given);
    }
    this.conversations.touch(given, seq);
    this.timelines.posted(given, seq);
  }

  /** Messages that came from a site: names they carry, and own ones that no longer need the outbox. */
  private seen(messages: readonly Message[]): void {
    const ids = new Set<Id>();
    for (const message of messages) {
      ids.add(message.id);
    }
    for (const item of this.doors.outbox.get()) {
      if (item.state === "answered" && item.verb === "post-message" && ids.has(String(item.command["message_id"]))) {
        void this.doors.outbox.forget(item.id);
      }
    }
  }
}

/** A conversation as it will be once a site has made it. */
function unmadeConversation(item: OutboxItem): Conversation {
  const wish = item.command as unknown as NewConversation & { conversation_id: Id };
  return {
    id: wish.conversation_id,
    kind: wish.kind,
    name: wish.name ?? null,
    topic: wish.topic ?? null,
    members_count: wish.members.length + 1,
    unread: 0,
    mentions_unread: 0,
    last_at: item.created_at,
    last_position: 0,
    read_up_to: 0,
    audience: wish.audience ?? "members",
    archived: false,
    can_post: true,
    with: wish.kind === "direct" ? (wish.members[0] ?? null) : null,
  };
}

/** One's own message once a site has answered where it stands. */
function acknowledgedMessage(item: OutboxItem, me: Id): Message {
  const { command, answer } = item;
  return {
    id: String(command["message_id"]),
    conversation_id: String(command["conversation_id"]),
    position: Number(answer?.answer["position"] ?? 0),
    author: me,
    text: String(command["text"] ?? ""),
    time: item.at,
    reply_count: 0,
    reactions: [],
    attachments: (command["attachments"] as Attachment[] | undefined) ?? [],
    mentions: (command["mentions"] as Id[] | undefined) ?? [],
    mention_everyone: command["mention_everyone"] === true,
    thread_of: (command["thread_of"] as Id | undefined) ?? null,
    urgent: command["urgent"] ? { acknowledged: 0, total: 0, mine: false } : null,
    ...(answer?.seq ? { seq: answer.seq } : {}),
  };
}

/** The message an event carries: everything that is needed to show it. */
function postedMessage(frame: EntryFrame, event: StreamEvent): Message {
  const data = event.data as unknown as Omit<Message, "urgent"> & { urgent?: { remind_every_s: number } };
  return {
    ...data,
    seq: frame.seq,
    time: frame.time,
    reply_count: 0,
    reactions: [],
    // Who has to acknowledge is known to the sites; the message is fetched for that.
    urgent: data.urgent ? { acknowledged: 0, total: 0, mine: false, ...data.urgent } : null,
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
