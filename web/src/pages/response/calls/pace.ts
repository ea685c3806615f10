/** How insistently people are called: bounds as the sites keep them. */

export interface Pace {
  remind_every_s: number;
  escalate_after_s: number;
  ends_in_s: number;
}

export const PACES = {
  urgent: { remind_every_s: 60, escalate_after_s: 180, ends_in_s: 1_800 },
  calm: { remind_every_s: 600, escalate_after_s: 1_800, ends_in_s: 14_400 },
} as const satisfies Record<string, Pace>;

const REMINDERS_MAX = 500;

export function isPace({ remind_every_s, escalate_after_s, ends_in_s }: Pace): boolean {
  const within = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;
  return (
    within(remind_every_s, 15, 86_400) &&
    within(escalate_after_s, 15, 86_400) &&
    within(ends_in_s, 30, 604_800) &&
    Math.floor(ends_in_s / remind_every_s) <= REMINDERS_MAX
  );
}
