/** What this device keeps: the outbox, drafts, files on their way, and a cache of what was read. */

import Dexie, { type Table } from "dexie";
import type { Conversation, Id, Message, Person } from "../api/types";
import type { OutboxItem } from "./outbox-item";

/** How far a partition was known to be at both sites when last heard. */
export interface Protected {
  partition: string;
  seq: number;
}

export interface Draft {
  /** `<conversation>` or `<conversation>/<thread root>`. */
  key: string;
  workspace_id: Id;
  text: string;
  /** Files chosen for the message, by id in `files`. */
  files: Id[];
  saved_at: number;
}

export interface StoredFile {
  id: Id;
  workspace_id: Id;
  name: string;
  type: string;
  size: number;
  blob: Blob;
  /** Hashes of the chunks that are at the sites, in order. */
  chunks: string[];
  /** The lowest number of sites any chunk was put to. */
  copies: number;
}

export interface CachedConversation extends Conversation {
  workspace_id: Id;
}

export interface CachedPerson extends Person {
  workspace_id: Id;
}

export interface Cursor {
  partition: string;
  seq: number;
}

/** What was typed into a document and is not in the outbox yet. */
export interface Unsent {
  key?: number;
  document_id: Id;
  update: Uint8Array;
}

export class LocalDatabase extends Dexie {
  outbox!: Table<OutboxItem, string>;
  protected!: Table<Protected, string>;
  drafts!: Table<Draft, string>;
  files!: Table<StoredFile, string>;
  conversations!: Table<CachedConversation, [string, string]>;
  messages!: Table<Message, string>;
  people!: Table<CachedPerson, [string, string]>;
  cursors!: Table<Cursor, string>;
  unsent!: Table<Unsent, number>;

  constructor(name: string) {
    super(name);
    this.version(1).stores({
      outbox: "id, lane, order",
      protected: "partition",
      drafts: "key, workspace_id",
      files: "id",
      conversations: "[workspace_id+id], workspace_id",
      messages: "id, [conversation_id+position]",
      people: "[workspace_id+id], workspace_id",
      cursors: "partition",
    });
    this.version(2).stores({ unsent: "++key, document_id" });
  }
}

/** Each account of a device has its own database, so that nobody sees another's cache. */
export function databaseName(accountId: Id): string {
  return `sekoci-${accountId}`;
}
