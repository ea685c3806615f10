/** Per cent and days, in the language's own way. */

import { region } from "../../../i18n";

/** 99.99 is written with all the digits that matter here: four at most, two at least. */
export function percentText(percent: number): string {
  // Divided, a decimal is no longer exact: the digits beyond those that are shown must not round it up.
  const share = Math.floor(percent * 1e4 + 0.5) / 1e6;
  return new Intl.NumberFormat(region(), { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(share);
}

/** A whole share, for how much of something is used. */
export function shareText(share: number): string {
  return new Intl.NumberFormat(region(), { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** A day that was counted in UTC, wherever its reader is. */
export function utcDayText(at: number): string {
  return new Intl.DateTimeFormat(region(), { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(at);
}
