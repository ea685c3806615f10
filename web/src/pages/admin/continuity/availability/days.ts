/** The days of a period, for a chart. */

import type { FlawedDay } from "../../../../api/continuity";
import type { Millis } from "../../../../api/types";

const DAY_MS = 86_400_000;

/** Every day that the period touches, counted in UTC as the sites do; those without a flaw have nothing. */
export function daysOf(from: Millis, until: Millis, flawed: readonly FlawedDay[]): FlawedDay[] {
  const known = new Map(flawed.map((day) => [day.day, day]));
  const days: FlawedDay[] = [];
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < until; day += DAY_MS) {
    days.push(known.get(day) ?? { day, down_ms: 0, unmeasured_ms: 0 });
  }
  return days;
}

/** The least height that can be seen, of 100. */
const LEAST = 5;

/** Heights of the bars of downtime, of 100 for the longest; none where it was never down. */
export function heightsOf(days: readonly FlawedDay[]): number[] {
  const longest = Math.max(1, ...days.map((day) => day.down_ms));
  return days.map(({ down_ms: ms }) => (ms === 0 ? 0 : Math.max(LEAST, (ms / longest) * 100)));
}
