/** What is to become of single things of a plan, and how a site is told. */

import type { Aspect, Choices, PlannedChange, RewindPlan } from "../../../api/protection";

export type Choice = "put_back" | "as_before" | "keep";

/** What somebody chose, where it is something else than what was planned. */
export type Chosen = ReadonlyMap<string, { change: PlannedChange; choice: Choice }>;

/** The most single choices a site takes. */
export const CHOICES_MAX = 10_000;

export function keyOf({ kind, object, aspect, of }: Aspect): string {
  return JSON.stringify([kind, object, aspect, of ?? null]);
}

/** What happens without a choice. */
export function plannedChoice(change: PlannedChange): Choice {
  return change.is_kept ? "keep" : "put_back";
}

export function choiceOf(chosen: Chosen, change: PlannedChange): Choice {
  return chosen.get(keyOf(change.aspect))?.choice ?? plannedChoice(change);
}

/** What can be chosen. */
export function choicesFor(change: PlannedChange): readonly Choice[] {
  return change.has_choice ? ["put_back", "as_before", "keep"] : ["put_back", "keep"];
}

export function withChoice(chosen: Chosen, change: PlannedChange, choice: Choice): Chosen {
  const next = new Map(chosen);
  if (choice === plannedChoice(change)) {
    next.delete(keyOf(change.aspect));
  } else {
    next.set(keyOf(change.aspect), { change, choice });
  }
  return next;
}

/** As `approve-rewind` takes it: only what is not as planned. */
export function choicesBody(chosen: Chosen): Choices {
  const body: Required<Choices> = { keep: [], put_back: [], as_before: [] };
  for (const { change, choice } of chosen.values()) {
    if (choice === "keep") {
      body.keep.push(change.aspect);
      continue;
    }
    if (choice === "as_before") {
      body.as_before.push(change.aspect);
    }
    // Whichever way it is to go back, it is named: somebody may work on it before the rewind is carried
    // out, and then it would stay by itself.
    body.put_back.push(change.aspect);
  }
  return Object.fromEntries(Object.entries(body).filter(([, aspects]) => aspects.length > 0));
}

/** Whether a site takes so many: it counts each aspect as often as it is named. */
export function isTooMany(chosen: Chosen): boolean {
  const named = Object.values(choicesBody(chosen)).reduce((sum, aspects) => sum + aspects.length, 0);
  return named > CHOICES_MAX;
}

/**
 * How many things go back and how many stay. A plan changes while people work: where it says otherwise by now,
 * that counts, and what is not in it any more does not, as far as the page at hand tells.
 */
export function countsOf(plan: Pick<RewindPlan, "changes" | "kept" | "items">, chosen: Chosen): { back: number; kept: number } {
  const here = new Map(plan.items.map((change) => [keyOf(change.aspect), change]));
  const isWhole = plan.items.length >= plan.changes;
  let kept = plan.kept;
  for (const [key, { change, choice }] of chosen) {
    const planned = here.get(key) ?? (isWhole ? null : change);
    const stays = choice === "keep";
    if (planned !== null && stays !== planned.is_kept) {
      kept += stays ? 1 : -1;
    }
  }
  kept = Math.min(Math.max(kept, 0), plan.changes);
  return { back: plan.changes - kept, kept };
}
