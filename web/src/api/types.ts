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

/** A workspace in which one is in quarantine: nothing is done or seen there until one is released. */
export interface OwnQuarantine {
  workspace_id: Id;
  name: string;
  person_id: Id;
  since: Millis;
  reason: string;
  /** Some of those who can release one; none: only operators of the installation can. */
  ask: string[];
}

export interface SignedIn {
  token: string;
  expires_at: Millis;
  account: Account;
  sites: Site[];
}

export interface SessionView {
  account: Account;
  session_id?: Id;
  workspaces: Membership[];
  quarantined?: OwnQuarantine[];
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
  /** How far what is being prepared is, in entries. */
  progress?: { applied: number; total: number };
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
  reminders?: number;
  next_reminder_at?: Millis | null;
  closed_because?: "all_acknowledged" | "expired" | "deleted" | null;
}

export interface Message {
  id: Id;
  conversation_id: Id;
  position: number;
  /** Seq of the entry that posted it. */
  seq?: number;
  author: Id;
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
}

/** A stretch of a conversation. */
export interface MessagePage {
  items: Message[];
  has_before: boolean;
  has_after: boolean;
  last_position: number;
}

/** The last message as lists show it. */
export interface LastMessage {
  id: Id;
  author: Id;
  /** Its first 200 characters; empty once deleted. */
  text: string;
  time: Millis;
  deleted: boolean;
  attachments: number;
}

/** A message that was searched for. */
export interface FoundMessage {
  id: Id;
  conversation_id: Id;
  position: number;
  author: Id;
  time: Millis;
  thread_of?: Id | null;
  /** The text around the first match; put together they are the text as written. */
  excerpt: { text: string; is_match: boolean }[];
}

export interface Conversation {
  id: Id;
  kind: ConversationKind;
  name: string | null;
  topic?: string | null;
  members_count: number;
  last_message?: LastMessage | null;
  /** When something was last posted, or it was made. */
  last_at: Millis;
  /** Position of the newest message, 0 when there is none. */
  last_position: number;
  /** The reader's own mark: everything up to here has been read. */
  read_up_to: number;
  unread: number;
  mentions_unread: number;
  archived: boolean;
  can_post: boolean;
  audience: "everyone" | "members";
  /** In a one-to-one conversation: who the other one is. */
  with?: Id | null;
  draft?: string | null;
  /* Only of a conversation that was asked for by itself: */
  posters?: "members" | Id[];
  can_describe?: boolean;
  can_add_members?: boolean;
  can_manage?: boolean;
}

export interface ConversationMember {
  person: Id;
  name: string;
  handle: string;
  is_active: boolean;
  is_guest: boolean;
  is_member: boolean;
  is_poster: boolean;
}

export interface HistoryVersion {
  version: number;
  text: string;
  written_at: Millis;
  /** When another text took its place, or the message was deleted; none: it stands. */
  replaced_at: Millis | null;
}

export interface PersonAt {
  person: Id;
  name: string;
  at: Millis;
}

export interface ReadBy {
  read: PersonAt[];
  not_read: { person: Id; name: string }[];
  read_count: number;
  not_read_count: number;
  next_read: string | null;
  next_not_read: string | null;
}

export interface UrgentAcknowledgements {
  urgent: UrgentSummary;
  acknowledged: PersonAt[];
  waiting: { person: Id; name: string }[];
  next_acknowledged: string | null;
  next_waiting: string | null;
}

export interface DraftRow {
  conversation_id: Id;
  thread_of?: Id | null;
  text: string;
  saved_at: Millis;
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
  status?: "active" | "quarantined" | "deactivated";
  /** For those who decide over people; of deactivated people too. */
  quarantine?: { since: Millis; reason: string; alarm_id: Id | null; by: Id | null; by_name: string | null };
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
  status: "active" | "deactivated";
  created_at: Millis;
  passkeys_count: number;
}

export interface Passkey {
  credential_id: string;
  label: string;
  added_at: Millis;
  used_at: Millis | null;
}

/** Every permission a role can hold, in the order shown. */
export const PERMISSIONS = [
  "people.manage",
  "groups.manage",
  "roles.manage",
  "workspace.manage",
  "protection.manage",
  "programme.read",
  "programme.manage",
  "response.manage",
  "response.read",
  "channels.create",
  "channels.manage",
  "messages.send",
  "messages.urgent",
  "import.run",
  "continuity.view",
  "history.view",
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
  | { partition: string; refused: string }
  | { pong: number }
  | { site: Partial<Status> }
  | { goodbye: { reason: string; retry_after_ms?: number; workspace_id?: Id } };

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
  verdicts?: Verdict[];
  /** How sealing into the vault stands; none: this site does not seal. */
  vault?: Vault | null;
  /** How the last rehearsal of the way back went; none: this site does not seal, or cannot tell now. */
  rehearsal?: Rehearsal | null;
}

/** `stale`: the last one passed, too long ago. */
export type RehearsalState = "never" | "fresh" | "stale" | "failed";

export interface Rehearsal {
  state: RehearsalState;
  last_at: Millis | null;
  passed: boolean | null;
  age_s: number | null;
  /** When one last passed. */
  proven_at: Millis | null;
  heads_equal: boolean | null;
  /** What came back; none: it did not get that far. */
  messages: number | null;
  documents: number | null;
  complete_ms: number | null;
}

/** `silent`: no sign of life from the vault; `behind`: work has been waiting; both for a minute. */
export type VaultAlarm = "silent" | "behind" | "trust_missing";

export interface Vault {
  alarm: VaultAlarm | null;
  /** The age of the oldest work that only the sites have; none: not known. */
  rpo_seconds: number | null;
  /** Entries that are not in the vault. */
  backlog: number;
  last_contact: Millis | null;
  last_success: Millis | null;
  failure: string | null;
  custodians: { count: number; threshold: number; names?: string[] } | null;
  /** Custodians whose accounts were deactivated. */
  custodians_departed: string[];
  partitions: VaultPartition[];
}

export interface VaultPartition {
  /** `workspace/module` */
  partition: string;
  sealed_seq: number | null;
  backlog: number;
  rpo_seconds: number | null;
  last_success: Millis | null;
  /** Files that its entries name and that are not in the vault yet; only the site that leads knows. */
  files_waiting: number;
  failure: string | null;
}

export type Opinion = "up" | "down" | "unknown";

/** What all vantage points together say of a site, and each by itself. */
export interface Verdict {
  site: string;
  opinion: Opinion;
  votes: Record<string, Opinion>;
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

/** The drill that runs at a site, or ran there last. */
export interface DrillProgress {
  running: boolean;
  site?: string;
  phase?: "preparing" | "warming" | "broken" | "restoring" | "comparing" | "done";
  report?: (DrillReport & { passed: boolean; shortfalls: string[] }) | null;
  aborted?: string | null;
}

export interface DrillReport {
  shortfalls?: string[];
  views_equal?: boolean | null;
  chains_valid?: boolean | null;
  rto_ms?: number | null;
  detected_ms?: number | null;
  write_gap_ms?: number | null;
  acknowledged?: number;
  present?: number;
  lost?: number;
  duplicated?: number;
  rejoin_ms?: number | null;
}
