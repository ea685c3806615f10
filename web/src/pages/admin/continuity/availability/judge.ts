/** What a figure means against the promise. What nobody measured is never taken for good. */

import type { Availability, Figure } from "../../../../api/continuity";

/**
 * `unproven`: within the budget as far as it was measured, and beyond it if it was down meanwhile;
 * `unmeasured`: nobody measured at all.
 */
export type Verdict = "kept" | "unproven" | "missed" | "unmeasured";

export function verdictOf(figure: Figure, targetPct: number): Verdict {
  if (figure.available_pct === null) {
    return "unmeasured";
  }
  if (figure.budget_left_ms < 0) {
    return "missed";
  }
  return (figure.worst_case_pct ?? 0) >= targetPct ? "kept" : "unproven";
}

/** The share of the error budget that is used: 1 is all of it, more is too much; none where there is no budget. */
export function budgetUsed(figure: Figure): number | null {
  return figure.budget_ms > 0 ? (figure.budget_ms - figure.budget_left_ms) / figure.budget_ms : null;
}

/** Whether the period holds no measured minute at all. */
export function isEmpty(report: Availability): boolean {
  return report.overall.measured_ms === 0;
}

/**
 * Time that nobody measured and that no day accounts for: the sites tell of a day only what lies in windows
 * that were measured in part. On which days the rest was is not known here.
 */
export function unplacedMs(report: Availability): number {
  const placed = report.days.reduce((sum, day) => sum + day.unmeasured_ms, 0);
  return Math.max(0, report.overall.unmeasured_ms - placed);
}
