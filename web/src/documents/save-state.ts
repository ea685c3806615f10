/** Where what was written is: the one word the page shows at every moment. */

import { type OutboxItem, isOpen } from "../sync/outbox-item";

export type SaveState =
  /** Everything is known to be at both sites. */
  | "safe"
  /** Everything would survive a reload; it may be at one site already. */
  | "kept"
  /** Something would be lost, or was refused. */
  | "unsaved";

export interface SaveFacts {
  /** Changes that are not on this device's disk yet. */
  unkept: number;
  /** Changes that are on disk and not in the outbox yet. */
  gathered: number;
  /** Commands on their way. */
  open: number;
  /** Commands that were refused for good. */
  refused: number;
  /** Whether everything the sites acknowledged is known to be at both. */
  isSafe: boolean;
}

export function saveState(facts: SaveFacts): SaveState {
  if (facts.unkept > 0 || facts.refused > 0) {
    return "unsaved";
  }
  return facts.gathered > 0 || facts.open > 0 || !facts.isSafe ? "kept" : "safe";
}

/** The commands that carry what was written in a document. */
export function updatesOf(items: readonly OutboxItem[], document: string): OutboxItem[] {
  return items.filter((item) => item.verb === "update-document" && item.command["document_id"] === document);
}

/** Refusals that mending answers: the text is sent once more with what it builds upon. */
export function needsMending(item: OutboxItem): boolean {
  return item.verb === "update-document" && item.state === "refused" && item.problem?.code === "update_out_of_order";
}

export function counted(items: readonly OutboxItem[], document: string): Pick<SaveFacts, "open" | "refused"> {
  const updates = updatesOf(items, document);
  return {
    open: updates.filter((item) => isOpen(item) || needsMending(item)).length,
    refused: updates.filter((item) => item.state === "refused" && !needsMending(item)).length,
  };
}
