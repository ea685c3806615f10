/** What one has answered to calls, whether or not a site knows of it yet. */

import type { Answer, CallSummary } from "../../api/response";
import type { Id } from "../../api/types";
import { type OutboxItem, isOpen } from "../../sync/outbox-item";

/** Answers that wait to be sent; the last one counts. */
export function answersUnderWay(items: readonly OutboxItem[], workspace: Id): ReadonlyMap<Id, Answer> {
  const under = items.filter((item) => item.verb === "acknowledge-call" && item.workspace_id === workspace && isOpen(item));
  return new Map(under.map((item): [Id, Answer] => [String(item.command["call_id"]), item.command["answer"] as Answer]));
}

/** The calls somebody still has to answer, the newest first. */
export function unanswered(calls: readonly CallSummary[], under: ReadonlyMap<Id, Answer>, now: number): CallSummary[] {
  return calls.filter((call) => call.end === null && call.ends_at > now && call.own !== null && call.own.answered === null && !under.has(call.call_id));
}
