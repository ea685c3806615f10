/**
 * The HTTP contract as the web app uses it: the only place that names the server's shapes.
 * Ids are UUIDs, times are milliseconds since 1970 unless a field says otherwise.
 */

export type Id = string;
export type Millis = number;

/** A site as clients reach it. */
export interface Site {
  name: string;
  url: string;
}

export interface Account {
  id: Id;
  user: string;
  name: string;
  operator: boolean;
}

export interface Membership {
  id: Id;
  name: string;
  person: { id: Id; name: string; handle: string; roles: string[]; permissions: string[] };
}

export interface SignedIn {
  token: string;
  expires_at: Millis;
  account: Account;
  sites: Site[];
}

export interface SessionView {
  account: Account;
  workspaces: Membership[];
  sites: Site[];
  site: string;
}

/** How many sites hold what was acknowledged. */
export type Durability = "protected" | "stored_here";

/** The answer to a command that took effect (or had taken effect before). */
export interface CommandAnswer {
  command_id: Id;
  seq: number | null;
  unchanged?: boolean;
  site: string;
  durability: Durability;
  answer: Record<string, unknown>;
}

/** RFC 9457 problem details. */
export interface Problem {
  status: number;
  code: string;
  title?: string;
  detail?: string;
  field?: string;
  retry_after_ms?: number;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type ConversationKind = "direct" | "group" | "channel";

export interface Reaction {
  emoji: string;
  count: number;
  mine: boolean;
}

export interface Attachment {
  attachment_id: Id;
  name: string;
  type: string;
  size: number;
  chunks?: string[];
  copies?: number;
}

export interface UrgentSummary {
  acknowledged: number;
  total: number;
  mine: boolean;
  remind_every_s?: number;
  until?: Millis | null;
}

export interface Message {
  id: Id;
  conversation_id: Id;
  position: number;
  author: Id;
  author_name?: string;
  text: string;
  time: Millis;
  edited_at?: Millis | null;
  deleted?: boolean;
  thread_of?: Id | null;
  reply_count?: number;
  reactions?: Reaction[];
  attachments?: Attachment[];
  mentions?: Id[];
  mention_everyone?: boolean;
  urgent?: UrgentSummary | null;
  durability?: Durability | null;
}

export interface Conversation {
  id: Id;
  kind: ConversationKind;
  name: string | null;
  topic?: string | null;
  members_count: number;
  last_message?: Message | null;
  /** Position of the newest message, 0 when there is none. */
  last_position?: number;
  /** The reader's own mark: everything up to here has been read. */
  read_up_to?: number;
  unread: number;
  mentions_unread: number;
  archived: boolean;
  can_post: boolean;
  audience?: "everyone" | "members";
  posters?: "members" | Id[];
  /** In a one-to-one conversation: who the other one is. */
  other?: Id | null;
  draft?: string | null;
}

export interface ConversationMember {
  person: Id;
  name: string;
  handle?: string;
  active?: boolean;
  poster?: boolean;
}

export interface HistoryVersion {
  text: string;
  time: Millis;
  by?: Id;
  by_name?: string;
  kind?: "posted" | "edited" | "deleted";
}

export interface ReadBy {
  read: { person: Id; name: string; at: Millis }[];
  not_read: { person: Id; name: string }[];
  next?: string | null;
}

export interface UrgentStatus {
  acknowledged: { person: Id; name: string; at: Millis }[];
  waiting: { person: Id; name: string; reminders?: number }[];
}

export interface Person {
  id: Id;
  name: string;
  handle: string;
  email?: string | null;
  title?: string | null;
  account_id?: Id | null;
  departments?: Id[];
  role?: string;
  status?: "active" | "deactivated";
  locale?: string | null;
  has_account?: boolean;
}

export interface Department {
  id: Id;
  name: string;
  parent?: Id | null;
  people_count?: number;
}

export interface Group {
  id: Id;
  name: string;
  members_count?: number;
}

export interface Role {
  role: string;
  permissions: string[];
  built_in: boolean;
  people_count: number;
}

export interface Invitation {
  id: Id;
  email?: string | null;
  role: string;
  person_id?: Id | null;
  invited_by: Id;
  made_at: Millis;
  expires_at: Millis;
  status: "open" | "accepted" | "revoked" | "expired";
  accepted_by?: Id | null;
}

export interface AccountRow extends Account {
  active: boolean;
  passkeys?: number;
}

export interface Passkey {
  id: string;
  name: string;
  added_at: Millis;
}

export interface SessionRow {
  id: Id;
  created_at: Millis;
  last_seen_at?: Millis;
  user_agent?: string;
  current?: boolean;
}

/** Every permission a role can hold, in the order shown. */
export const PERMISSIONS = [
  "people.manage",
  "groups.manage",
  "roles.manage",
  "workspace.manage",
  "channels.create",
  "channels.manage",
  "messages.send",
  "messages.urgent",
  "import.run",
  "continuity.view",
  "drill.run",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/* ---- events ---- */

export interface StreamEvent {
  kind: string;
  v: number;
  data: Record<string, unknown>;
}

export interface EntryFrame {
  partition: string;
  seq: number;
  time: Millis;
  actor: unknown;
  command: string;
  events: StreamEvent[];
}

export type ServerFrame =
  | EntryFrame
  | { partition: string; at: number }
  | { partition: string; reset: true; at?: number }
  | { pong: number }
  | { site: Partial<Status> }
  | { goodbye: { reason: string; retry_after_ms?: number } };

/* ---- operations ---- */

export interface SiteStatus {
  name: string;
  role: "site" | "witness";
  url?: string | null;
  serving?: boolean;
  reachable: boolean;
  last_contact: Millis | null;
  round_trip_ms?: number | null;
  clock_difference_ms?: number | null;
}

export type ModuleState = "running" | "overloaded" | "restarting" | "hung" | "failed";

export interface PartitionStatus {
  partition: string;
  module: string;
  workspace: Id;
  lead: string | null;
  seq: number | null;
  known?: number | null;
  seq_at_peer?: number | null;
  lag: number | null;
  state: ModuleState;
  queue?: number | null;
  trouble?: unknown;
  restarts?: number;
}

export interface ModuleStatus {
  state: ModuleState;
  queue: number;
  restarts: number;
  last_failure_at?: Millis | null;
}

export interface Status {
  site: string;
  time?: Millis;
  version?: string;
  sites: SiteStatus[];
  engine: Record<string, unknown>;
  durability: Durability | "unknown";
  rpo_now_seconds: number | null;
  writable?: boolean;
  ready?: boolean;
  partitions: PartitionStatus[];
  modules: Record<string, ModuleStatus>;
}

/** A line of the continuity timeline. */
export interface TimelineNote {
  number: number;
  incident: Id | null;
  kind: string;
  site: string | null;
  at: Millis;
  noted_by: string;
  detail: string;
  evidence: unknown;
}

export interface Drill {
  number: number;
  drill_id: Id;
  scenario: string;
  site: string;
  started_at: Millis;
  started_by: string;
  ended_at: Millis | null;
  passed: boolean | null;
  report: DrillReport | null;
}

export interface DrillReport {
  rto_ms?: number | null;
  detected_ms?: number | null;
  write_gap_ms?: number | null;
  acknowledged?: number;
  present?: number;
  lost?: number;
  duplicated?: number;
  rejoin_ms?: number | null;
}
