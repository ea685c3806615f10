/** What the server's `documents` module answers, as the web app uses it. */

import type { Attachment, Id, Millis } from "./types";

export type ItemKind = "folder" | "document" | "file";
/** Each includes those before. */
export const ITEM_ROLES = ["viewer", "commenter", "editor", "manager"] as const;
export type ItemRole = (typeof ITEM_ROLES)[number];

export interface Rights {
  role: ItemRole;
  can_comment: boolean;
  can_edit: boolean;
  can_manage: boolean;
}

export interface Breadcrumb {
  folder_id: Id;
  name: string;
}

export interface TreeFolder {
  folder_id: Id;
  parent: Id | null;
  name: string;
  role: ItemRole;
}

export interface Item {
  id: Id;
  kind: ItemKind;
  name: string;
  role: ItemRole;
  inherits: boolean;
  created_by: Id;
  created_at: Millis;
  changed_by: Id;
  changed_at: Millis;
  file?: Attachment;
}

export interface TrashedItem extends Item {
  trashed_at: Millis;
  trashed_by: Id;
}

export interface FolderView {
  folder_id: Id | null;
  name: string | null;
  rights: Rights | null;
  can_create: boolean;
  is_trashed: boolean;
  breadcrumbs: Breadcrumb[];
  items: Item[];
  next: string | null;
}

export interface AttachedFile extends Attachment {
  attached_by?: Id;
  attached_at?: Millis;
}

export interface DocumentDetails {
  document_id: Id;
  kind: "document" | "file";
  title: string;
  folder_id: Id | null;
  breadcrumbs: Breadcrumb[];
  rights: Rights;
  inherits: boolean;
  is_trashed: boolean;
  created_by: Id;
  created_at: Millis;
  changed_by: Id;
  changed_at: Millis;
  /** Everything written in it as one Yjs update, in base64; none for a file. */
  state: string | null;
  state_vector: string | null;
  /** Position of the last update in it. */
  seq: number;
  file: Attachment | null;
  attachments: AttachedFile[];
}

export type Origin =
  | "import"
  | { restore: { seq: number; version_id?: Id } }
  | { put_back: { rewind_id: Id; seq?: number; without?: number[] } };

export interface DocumentUpdate {
  seq: number;
  at: Millis;
  author: Id;
  update: string;
  origin?: Origin;
}

export interface DocumentUpdates {
  items: DocumentUpdate[];
  last_seq: number;
}

export interface Sitting {
  author: Id;
  started_at: Millis;
  ended_at: Millis;
  first_seq: number;
  last_seq: number;
  updates: number;
  origin?: Origin;
}

export interface NamedVersion {
  version_id: Id;
  name: string;
  seq: number;
  named_by: Id;
  named_at: Millis;
}

export interface Hunk {
  kind: "same" | "inserted" | "deleted";
  text: string;
}

export type ComparedBlock =
  | { change: "same" | "added" | "removed"; markdown: string }
  | { change: "changed"; hunks: Hunk[] };

export interface Comparison {
  from_seq: number;
  to_seq: number;
  blocks: ComparedBlock[];
}

export interface Comment {
  id: Id;
  author: Id;
  at: Millis;
  text: string;
  mentions: Id[];
  edited_at?: Millis;
  is_deleted: boolean;
  can_delete: boolean;
}

export interface CommentThread extends Comment {
  anchor?: string;
  quote?: string;
  resolved_at?: Millis;
  resolved_by?: Id;
  replies: Comment[];
}

export type Subject = "everyone" | { person: Id } | { group: Id } | { department: Id };

export interface Grant {
  to: Subject;
  role: ItemRole;
}

export interface Permissions {
  rights: Rights;
  inherits: boolean;
  grants: Grant[];
  inherited: { folder_id: Id; grants: Grant[] }[];
  is_up_to_top: boolean;
}

export interface Piece {
  text: string;
  is_match: boolean;
}

export interface FoundItem {
  id: Id;
  kind: ItemKind;
  name: Piece[];
  excerpt: Piece[];
  role: ItemRole;
  changed_by: Id;
  changed_at: Millis;
}

export interface ExportedMarkdown {
  file_name: string;
  markdown: string;
  seq: number;
}
