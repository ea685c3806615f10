/** One command on its way: what is stored, and the pure rules that move it along. */

import type { CommandAnswer, Problem } from "../api/types";
import { backoffMs } from "./backoff";
import type { Outcome } from "./outcome";

/** Where a stored command stands. */
export type ItemState =
  /** Never sent. */
  | "queued"
  /** An attempt is under way (after a crash: was under way). */
  | "sending"
  /** An attempt failed in a way that may pass; another follows. */
  | "waiting"
  /** Refused for good; the person decides what happens to it. */
  | "refused"
  /** Answered; kept until what it made is seen. */
  | "answered";

export interface OutboxItem {
  /** The command id: the same at every attempt and at every site. */
  id: string;
  /** Commands of one lane are sent one after another, by `order`. */
  lane: string;
  /** Grows with every command of this device, whatever its clock says. */
  order: number;
  module: string;
  verb: string;
  workspace_id?: string;
  command: Record<string, unknown>;
  created_at: number;
  state: ItemState;
  attempts: number;
  /** Some attempt ended without a definite word: it may have taken effect. */
  possibly_written: boolean;
  /** When the attempt under way began, or the next one may begin. */
  at: number;
  problem?: Problem;
  answer?: CommandAnswer;
  /** A newer unsent command with the same key replaces this one (read marks, drafts). */
  replaces?: string;
  /** Files that must be at the sites before the command may be sent. */
  files?: string[];
}

/** The six states a person sees. */
export type MessageState = "queued" | "sending" | "sent" | "safe" | "retrying" | "failed";

/** Sends shorter than this are not worth a flicker. */
export const SENDING_SHOWN_AFTER_MS = 300;

export function begun(item: OutboxItem, now: number): OutboxItem {
  return { ...item, state: "sending", attempts: item.attempts + 1, at: now };
}

/** Moves an item on after an attempt. `random` is a number in [0, 1). */
export function settled(item: OutboxItem, outcome: Outcome, now: number, random: number): OutboxItem {
  switch (outcome.kind) {
    case "answered": {
      const rest = { ...item };
      delete rest.problem;
      return { ...rest, state: "answered", answer: outcome.answer, at: now };
    }
    case "refused":
      return { ...item, state: "refused", problem: outcome.problem, at: now };
    case "signed-out":
      return { ...item, state: "waiting", problem: outcome.problem, at: now };
    case "retry":
      return {
        ...item,
        state: "waiting",
        problem: outcome.problem,
        possibly_written: item.possibly_written || outcome.written === "unknown",
        at: now + backoffMs(item.attempts, random, outcome.problem.retry_after_ms),
      };
  }
}

/** What a crash or a reload makes of a stored item: an attempt without an answer is unknown. */
export function recovered(item: OutboxItem, now: number): OutboxItem {
  return item.state === "sending" ? { ...item, state: "waiting", possibly_written: true, at: now } : item;
}

/** Whether the command can still be taken back: nobody can have seen it. */
export function canTakeBack(item: OutboxItem): boolean {
  if (item.state === "refused") {
    return true;
  }
  return (item.state === "queued" || item.state === "waiting") && !item.possibly_written;
}

export function isOpen(item: OutboxItem): boolean {
  return item.state === "queued" || item.state === "sending" || item.state === "waiting";
}

/** What to show for a command, `now` deciding whether "sending" is worth showing yet. */
export function shownState(item: OutboxItem, isSafe: boolean, now: number): MessageState {
  switch (item.state) {
    case "answered":
      return isSafe ? "safe" : "sent";
    case "refused":
      return "failed";
    case "waiting":
      return "retrying";
    case "queued":
      return "queued";
    case "sending":
      if (item.attempts > 1) {
        return "retrying";
      }
      return now - item.at >= SENDING_SHOWN_AFTER_MS ? "sending" : "queued";
  }
}

/** The items that may be sent now: the first open one of every lane, if its time has come. */
export function due(items: Iterable<OutboxItem>, now: number): OutboxItem[] {
  const heads = new Map<string, OutboxItem>();
  for (const item of items) {
    const head = heads.get(item.lane);
    if (isOpen(item) && (head === undefined || item.order < head.order)) {
      heads.set(item.lane, item);
    }
  }
  return [...heads.values()].filter((item) => item.state !== "sending" && item.at <= now);
}

/** When the next item becomes due, or `null` if none is waiting for a time. */
export function nextDueAt(items: Iterable<OutboxItem>, now: number): number | null {
  let next: number | null = null;
  for (const item of items) {
    if (item.state === "waiting" && item.at > now && (next === null || item.at < next)) {
      next = item.at;
    }
  }
  return next;
}
