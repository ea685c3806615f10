/** How messages become rows: days, the line before what is new, and authors in groups. */

import type { Id, Message } from "../../api/types";
import type { PendingMessage } from "../../chat/overlay";

export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "new"; key: string }
  | { kind: "message"; key: string; message: Message; isGrouped: boolean }
  | { kind: "pending"; key: string; pending: PendingMessage; isGrouped: boolean };

/** Messages of one author within this time stand under one name. */
export const GROUP_WITHIN_MS = 5 * 60_000;

export function rowsOf(
  messages: readonly Message[],
  pending: readonly PendingMessage[],
  me: Id,
  newAfter: number | null,
): Row[] {
  const rows: Row[] = [];
  let day = "";
  let author: Id | null = null;
  let time = 0;
  let isNewShown = false;
  const turn = (at: number, by: Id): boolean => {
    const today = new Date(at).toDateString();
    if (today !== day) {
      rows.push({ kind: "day", key: `day ${today}`, at });
      day = today;
      author = null;
    }
    const isGrouped = author === by && at - time < GROUP_WITHIN_MS;
    author = by;
    time = at;
    return isGrouped;
  };
  for (const message of messages) {
    const isNew = newAfter !== null && message.position > newAfter && message.author !== me;
    if (isNew && !isNewShown) {
      isNewShown = true;
      // The day, if it changes here, comes before the line.
      const today = new Date(message.time).toDateString();
      if (today !== day) {
        rows.push({ kind: "day", key: `day ${today}`, at: message.time });
        day = today;
      }
      rows.push({ kind: "new", key: "new" });
      author = null;
    }
    const isGrouped = turn(message.time, message.author) && !message.urgent;
    rows.push({ kind: "message", key: message.id, message, isGrouped });
  }
  for (const own of pending) {
    const isGrouped = turn(own.item.created_at, me);
    rows.push({ kind: "pending", key: own.id, pending: own, isGrouped });
  }
  return rows;
}
