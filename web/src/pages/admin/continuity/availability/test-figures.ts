/** Figures for tests, worked out as the sites do, over thirty days. */

import type { Availability, Figure } from "../../../../api/continuity";

export const LENGTH_MS = 30 * 86_400_000;
export const FROM = Date.UTC(2026, 2, 1);

export function figure(down_ms: number, unmeasured_ms: number, agreed_down_ms = 0): Figure {
  const measured_ms = LENGTH_MS - unmeasured_ms;
  const percent = (down: number, of: number): number | null => (measured_ms > 0 && of > 0 ? Math.floor((1 - down / of) * 1e6) / 1e4 : null);
  const budget_ms = Math.round(LENGTH_MS / 10_000);
  return {
    measured_ms,
    unmeasured_ms,
    down_ms,
    agreed_down_ms,
    available_pct: percent(down_ms, measured_ms),
    worst_case_pct: percent(down_ms + unmeasured_ms, LENGTH_MS),
    agreed_pct: percent(down_ms - agreed_down_ms, measured_ms),
    budget_ms,
    budget_left_ms: budget_ms - down_ms,
  };
}

export function availability(change: Partial<Availability> = {}): Availability {
  return { from: FROM, until: FROM + LENGTH_MS, target_pct: 99.99, overall: figure(0, 0), modules: [], days: [], exclusions: [], ...change };
}
