/** The period that is looked at. */

import type { Millis } from "../../../../api/types";
import type { Key } from "../../../../i18n";

const DAY_MS = 86_400_000;
/** The longest the sites answer for. */
export const LONGEST_MS = 400 * DAY_MS;

/** Periods that end now. */
export const RECENT = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS, quarter: 91 * DAY_MS, year: 365 * DAY_MS } as const;
export type Recent = keyof typeof RECENT;

export type Period = { kind: Recent } | { kind: "own"; from: Millis; until: Millis };

export function boundsOf(period: Period, now: Millis): { from: Millis; until: Millis } {
  return period.kind === "own" ? { from: period.from, until: period.until } : { from: now - RECENT[period.kind], until: now };
}

/** What is wrong with a period as somebody typed it; none: it can be asked for. */
export function periodProblem(from: Millis | null, until: Millis | null): Key | null {
  if (from === null || until === null) {
    return "availability.problem.missing";
  }
  if (until <= from) {
    return "availability.problem.order";
  }
  return until - from > LONGEST_MS ? "availability.problem.long" : null;
}
