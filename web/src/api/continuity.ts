/** What the server's `continuity` module answers of availability, as the web app uses it. */

import type { Id, Millis } from "./types";

/** Availability of something in a period. */
export interface Figure {
  measured_ms: number;
  unmeasured_ms: number;
  down_ms: number;
  /** Part of `down_ms` in times that were agreed not to count. */
  agreed_down_ms: number;
  /** Of the measured time; none: nothing was measured. */
  available_pct: number | null;
  /** As if it had been down whenever nobody measured. */
  worst_case_pct: number | null;
  /** Over the time that was agreed to count. */
  agreed_pct: number | null;
  budget_ms: number;
  /** Negative: the target was missed. */
  budget_left_ms: number;
}

export interface SiteFigure extends Figure {
  site: string;
}

export interface StepFigure extends Figure {
  step: string;
  sites: SiteFigure[];
}

export interface ModuleFigure extends Figure {
  module: string;
  steps: StepFigure[];
}

/** A day with downtime, or with minutes nobody measured in a window that was measured in part. */
export interface FlawedDay {
  /** Its beginning, UTC. */
  day: Millis;
  down_ms: number;
  unmeasured_ms: number;
}

/** A time that was agreed not to count. */
export interface Exclusion {
  exclusion_id: Id;
  from: Millis;
  until: Millis;
  reason: string;
  declared_by: string;
  declared_at: Millis;
  declared_afterwards: boolean;
}

export interface Availability {
  from: Millis;
  until: Millis;
  target_pct: number;
  overall: Figure;
  modules: ModuleFigure[];
  days: FlawedDay[];
  exclusions: Exclusion[];
}
