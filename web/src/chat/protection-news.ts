/** What the event stream tells those who watch over a workspace. */

import type { Id, StreamEvent } from "../api/types";

export interface ProtectionNews {
  /** Grows whenever something happened. */
  changes: number;
  seq: number;
  /** The last high alarm the stream told of, unless it told too that somebody judged it. */
  high: { alarm: Id; person: Id } | null;
}

/** Which high alarm is to be looked at after an event. */
export function highAfter(high: ProtectionNews["high"], { kind, data }: StreamEvent): ProtectionNews["high"] {
  if (kind === "alarm-raised" && data["level"] === "high") {
    return { alarm: String(data["alarm_id"]), person: String(data["person_id"]) };
  }
  return kind === "alarm-closed" && data["alarm_id"] === high?.alarm ? null : high;
}
