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
    // What stays by itself has to be named, whichever way it is to go back.
    if (change.is_kept) {
      body.put_back.push(change.aspect);
    }
  }
  return Object.fromEntries(Object.entries(body).filter(([, aspects]) => aspects.length > 0));
}

/** How many things go back and how many stay. */
export function countsOf(plan: Pick<RewindPlan, "changes" | "kept">, chosen: Chosen): { back: number; kept: number } {
  let kept = plan.kept;
  for (const { change, choice } of chosen.values()) {
    const stays = choice === "keep";
    if (stays !== change.is_kept) {
      kept += stays ? 1 : -1;
    }
  }
  return { back: plan.changes - kept, kept };
}
