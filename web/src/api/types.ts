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
  roles?: string[];
  role?: string;
  status?: "active" | "deactivated";
  locale?: string | null;
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
  builtin?: boolean;
}

export interface Invitation {
  id: Id;
  email?: string | null;
  role: string;
  created_at?: Millis;
  expires_at?: Millis | null;
  status?: "open" | "accepted" | "revoked" | "expired";
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
  url?: string;
  reachable: boolean | null;
  last_contact_at?: Millis | null;
  role?: "site" | "witness";
}

export interface PartitionStatus {
  partition: string;
  lead: string | null;
  seq: number;
  lag: number | null;
}

export type ModuleState = "running" | "overloaded" | "restarting" | "hung" | "failed";

export interface ModuleStatus {
  module: string;
  state: ModuleState;
  queue?: number;
  restarts?: number;
  last_panic_at?: Millis | null;
}

export interface Verdict {
  site: string;
  verdict: string;
  by?: { vantage: string; ok: boolean; at: Millis; detail?: string }[];
}

export interface TimelineStep {
  at: Millis;
  kind: string;
  site?: string;
  detail?: string;
  ms_since_fault?: number;
}

export interface FailoverTimeline {
  id?: Id;
  site: string;
  to?: string;
  fault_at?: Millis | null;
  detected_at?: Millis | null;
  recovered_at?: Millis | null;
  restored_at?: Millis | null;
  steps: TimelineStep[];
  verdict?: Verdict | null;
}

export interface Drill {
  id: Id;
  scenario: string;
  site: string;
  started_at: Millis;
  finished_at?: Millis | null;
  state: "running" | "passed" | "failed" | "aborted";
  rto_ms?: number | null;
  detected_ms?: number | null;
  lost?: number | null;
  duplicated?: number | null;
}

export interface Status {
  site: string;
  sites: SiteStatus[];
  engine: Record<string, unknown> | string;
  durability: Durability | "unknown";
  rpo_now_seconds: number | null;
  partitions: PartitionStatus[];
  modules: ModuleStatus[];
  failover?: FailoverTimeline | null;
  drill?: Drill | null;
}
