/** Recovery times over the drills of a scenario, as points of a drawing. */

import type { Drill, Millis } from "../../../../api/types";
import { recoveryMs } from "./read-report";

export interface TrendPoint {
  number: number;
  at: Millis;
  ms: number;
  passed: boolean;
  x: number;
  y: number;
}

export const TREND = { width: 640, height: 180, edge: 14 } as const;

/** Oldest first; drills without a recovery time, or that have not ended, are not in it. */
export function trendOf(drills: readonly Drill[]): TrendPoint[] {
  const points = drills
    .flatMap((drill) => {
      const ms = drill.ended_at === null ? null : recoveryMs(drill.report);
      return ms === null ? [] : [{ number: drill.number, at: drill.started_at, ms, passed: drill.passed === true }];
    })
    .sort((a, b) => a.at - b.at || a.number - b.number);
  const longest = Math.max(1, ...points.map(({ ms }) => ms));
  const [width, height] = [TREND.width - 2 * TREND.edge, TREND.height - 2 * TREND.edge];
  return points.map((point, index) => ({
    ...point,
    // One after another: what is compared is drills, and there may be months between two of them.
    x: TREND.edge + (points.length === 1 ? width / 2 : (index / (points.length - 1)) * width),
    y: TREND.edge + (1 - point.ms / longest) * height,
  }));
}
