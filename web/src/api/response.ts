/** What the server's `response` module answers, as the web app uses it. */

import type { Id, Millis } from "./types";

export const SEVERITIES = ["critical", "major", "minor"] as const;
export type Severity = (typeof SEVERITIES)[number];
export type IncidentState = "open" | "mitigated" | "closed";

export type Cause = { people: object } | { drill: object } | { site_lost: { site: string } } | { alarm: { alarm_id: string } };

export interface Incident {
  incident_id: Id;
  severity: Severity;
  title: string;
  assets: string[];
  cause: Cause;
  state: IncidentState;
  /** None: a site by itself. */
  opened_by: Id | null;
  opened_at: Millis;
  /** When people were last told where it stands. */
  updated_at: Millis;
  mitigated_at: Millis | null;
  closed_at: Millis | null;
  closed_by: Id | null;
  findings: string[];
  none_because: string | null;
  tasks: number;
  tasks_done: number;
}

export interface RoleInIncident {
  role_id: Id;
  name: string;
  person_id: Id;
  taken_at: Millis;
}

export interface Task {
  task_id: Id;
  title: string;
  runbook: string | null;
  assignee: Id | null;
  done_by: Id | null;
  done_at: Millis | null;
}

export interface IncidentDetail extends Incident {
  roles: RoleInIncident[];
  task_list: Task[];
}

/** A line of the timeline. */
export interface Line {
  seq: number;
  at: Millis;
  /** The kind of the event. */
  kind: string;
  person_id: Id | null;
  text: string;
  data: Record<string, unknown>;
  is_public: boolean;
  source: string | null;
}

export const ANSWERS = ["yes", "cannot", "declined"] as const;
export type Answer = (typeof ANSWERS)[number];

export type Purpose = { incident: { incident_id: Id } } | { drill: object } | { notice: object } | { succession: { request_id: Id } };

/** Somebody whose turn came. */
export interface AskedPerson {
  person_id: Id;
  first_told_at: Millis | null;
  last_told_at: Millis | null;
  times_told: number;
  answered: { answer: Answer; at: Millis } | null;
  is_gone: boolean;
}

export type Outcome = "reached" | "not_reached" | "nobody_answered" | "too_few_left" | "cancelled";

export interface End {
  outcome: Outcome;
  filled: number;
  needed: number;
  places: number;
  silent: Id[];
}

export interface CallSummary {
  call_id: Id;
  purpose: Purpose;
  text: string;
  placed_by: Id | null;
  placed_at: Millis;
  ends_at: Millis;
  /** Roles that were called and that nobody holds. */
  vacant: string[];
  filled: number;
  needed: number;
  places: number;
  told: number;
  answered: number;
  /** Where one is called oneself. */
  own: AskedPerson | null;
  end: End | null;
  ended_at: Millis | null;
  cancelled_by: Id | null;
  cancelled_because: string | null;
}

export interface CallMessage {
  message_id: Id;
  person_id: Id;
  kind: ContactKind;
  masked: string;
  due_at: Millis;
  state: "pending" | "taken" | "given_up";
  attempts: number;
  settled_at: Millis | null;
  reason: string | null;
}

export interface CallDetail extends CallSummary {
  policy: { remind_every_ms: number; escalate_after_ms: number; needed: number; ends_at: Millis };
  chains: { name?: string | null; chain: Id[] }[];
  levels: { opened: number; since: Millis }[];
  asked: AskedPerson[];
  messages: CallMessage[];
}

export interface Staff {
  person_id: Id;
  is_gone: boolean;
}

export interface CommandRole {
  role_id: Id;
  name: string;
  powers: string;
  place: number;
  holder: Staff | null;
  deputies: Staff[];
}

export interface CommandTeam {
  roles: CommandRole[];
}

export interface Shift {
  shift_id: Id;
  role_id: Id;
  person_id: Id;
  is_gone: boolean;
  begins_at: Millis;
  ends_at: Millis;
}

export type Gap =
  | { kind: "no_roles" | "no_succession" }
  | { kind: "role_vacant" | "role_without_deputy"; role_id: Id; role: string }
  | { kind: "person_gone"; role_id: Id; role: string; person_id: Id }
  | { kind: "contact_missing" | "contact_never_verified"; person_id: Id }
  | { kind: "succession_out_of_reach"; there: number; wanted: number };

export type ContactKind = "email" | "webhook" | "web_push";

export type Address =
  | { email: { address: string } }
  | { webhook: { provider: string; to: string } }
  | { web_push: { endpoint: string; p256dh: string; auth: string } };

export interface OwnPoint {
  point_id: Id;
  address: Address;
  label: string | null;
  added_at: Millis;
  verified_at: Millis | null;
  code_sent_at: Millis;
}

/** How somebody of the team is reached, masked. */
export interface PersonContacts {
  person_id: Id;
  is_gone: boolean;
  points: { kind: ContactKind; masked: string; is_verified: boolean }[];
}

export interface SuccessionRules {
  named: Id[];
  needed: number;
  powers: string[];
  hours: number;
  waiting_s: number;
}

export interface SuccessionSettings {
  rules: SuccessionRules | null;
  set_by: Id | null;
  set_at: Millis | null;
}

export interface SuccessionRequest {
  request_id: Id;
  reason: string;
  is_drill: boolean;
  rules: SuccessionRules;
  requested_by: Id;
  requested_at: Millis;
  state: "requested" | "refused" | "granted" | "ended";
  approvals: { person_id: Id; at: Millis }[];
  refused_because: "administrator" | "withdrawn" | "lapsed" | null;
  refused_by: Id | null;
  refused_reason: string | null;
  granted_at: Millis | null;
  powers: string[] | null;
  until: Millis | null;
  ended_because: "time_over" | "early" | "drill" | "person_gone" | null;
  ended_by: Id | null;
  decided_at: Millis | null;
}

export interface StatusPage {
  is_on: boolean;
  slug: string;
  title: string;
  set_at: Millis;
}
