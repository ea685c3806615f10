/** What the server's `programme` module answers, and what the site adds of its own, as the web app uses it. */

import type { Id, Millis } from "./types";

export type CheckState = "ok" | "attention" | "missing" | "not_known";

export interface Gap {
  what: string;
  /** In English. */
  detail: string;
  asset_id: Id | null;
}

export interface Check {
  name: string;
  weight: number;
  /** In English. */
  asks: string;
  state: CheckState;
  /** In thousandths. */
  share: number;
  /** 50 at most. */
  gaps: Gap[];
  gap_count: number;
  /** In English. */
  fix: string;
  /** Why nobody can tell, in English. */
  reason: string | null;
}

export interface Readiness {
  at: Millis;
  score: number;
  is_ready: boolean;
  checks: Check[];
}

export interface RolloutTask {
  name: string;
  day: number;
  due_at: Millis | null;
  /** In English. */
  means: string;
  done_by: "person" | { check: string };
  is_done: boolean;
  is_overdue: boolean;
}

export interface RolloutPlan {
  begins_at: Millis | null;
  day: number | null;
  done: number;
  total: number;
  tasks: RolloutTask[];
}

export type PromiseState = "breached" | "never_proven" | "at_risk" | "met";

export interface Promised {
  target_ms: Millis;
  /** None: nothing measured it, or it did not come back. */
  measured_ms: Millis | null;
  measured_by: "drill" | "live" | "vault" | null;
  state: PromiseState;
}

export interface ObjectiveStanding {
  asset_id: Id;
  key: string;
  name: string;
  class: number | null;
  state: PromiseState;
  rto: Promised;
  rpo: Promised;
  proof: { drill_id: Id; scenario: string; ended_at: Millis; age_ms: Millis; is_too_old: boolean; lost: number | null } | null;
  exceeds_tolerance: boolean;
}

export interface ObjectiveStandings {
  counts: Record<PromiseState | "without_objective", number>;
  /** The worst first. */
  items: ObjectiveStanding[];
  next: string | null;
  total: number;
}
