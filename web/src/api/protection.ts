/** What the server's `protection` module answers, and what it is sent, as the web app uses it. */

import type { Id, Millis } from "./types";

export type AlarmLevel = "medium" | "high";
export type Judgement = "honest" | "attack";

export interface Reason {
  detector: string;
  /** From 0 to 1,000. */
  score: number;
  words: string;
}

export interface Finding {
  module: string;
  seq: number;
  first_at: Millis;
  at: Millis;
  score: number;
  reasons: Reason[];
  objects_hit: number;
}

export interface Alarm {
  alarm_id: Id;
  person_id: Id;
  level: AlarmLevel;
  raised_at: Millis;
  finding: Finding;
  /** What a human made of it; none: nobody has looked yet. */
  closed?: { at: Millis; by: Id; judgement: Judgement; note: string };
}

export interface Canary {
  item_id: Id;
  planted_by: Id;
  planted_at: Millis;
}

export type WorkKind = "changes" | "access";

export interface MaintenanceWindow {
  window_id: Id;
  /** Who does the work; none: everyone. */
  person_id: Id | null;
  begins_at: Millis;
  ends_at: Millis;
  kinds: WorkKind[];
  reason: string;
  declared_by: Id;
  declared_at: Millis;
  ended_by: Id | null;
}

/** One thing of an object that can be put back by itself. */
export interface Aspect {
  kind: string;
  object: string;
  aspect: string;
  of?: string;
}

export type Selection =
  | { person: { person_id: Id; since: Millis; until?: Millis } }
  | { rewind: { rewind_id: Id } }
  | { moment: { to: Millis; objects?: ObjectRef[] } };

/** An object of a module. */
export interface ObjectRef {
  module: string;
  kind: string;
  object: string;
}

/** What else than the proposal is to become of single things. */
export interface Choices {
  keep?: Aspect[];
  put_back?: Aspect[];
  as_before?: Aspect[];
}

export interface RewindOutcome {
  done: number;
  objects: number;
  already_so: number;
  changed_since: number;
  kept: number;
  left_over: { module: string; aspect: Aspect; reason: string }[];
  left_over_count: number;
}

export type RewindState = "proposed" | "approved" | "withdrawn" | "completed";

export interface Rewind {
  rewind_id: Id;
  selection: Selection;
  note: string;
  state: RewindState;
  proposed_by: Id;
  proposed_at: Millis;
  approved_by: Id | null;
  approved_at: Millis | null;
  choices: Choices | null;
  withdrawn_by: Id | null;
  withdrawn_at: Millis | null;
  completed_at: Millis | null;
  outcome: RewindOutcome | null;
}

export interface PlannedChange {
  module: string;
  aspect: Aspect;
  /** What people call the object. */
  label: string | null;
  before: unknown;
  now: unknown;
  wanted: unknown;
  /** How many of the changes hit it. */
  hits: number;
  first_at: Millis;
  last_at: Millis;
  /** Changes by others since the first. */
  others: number;
  /** It stays as it is unless somebody chooses otherwise. */
  is_kept: boolean;
  /** Others wrote in this text too. */
  has_choice: boolean;
}

export interface RewindPlan {
  state: "preparing" | "ready";
  scanned: number;
  to_scan: number;
  entries: number;
  objects: number;
  changes: number;
  kept: number;
  items: PlannedChange[];
  next: string | null;
}

export interface RewindProgress {
  state: RewindState;
  /** Only where the site asked carries it out. */
  done: number | null;
  to_do: number | null;
}
