/** What the person is told about the connection: pure rules over the stream's state. */

import type { StreamView } from "./stream";

export type Banner =
  | { kind: "none" }
  | { kind: "reconnecting"; retryAt: number | null }
  | { kind: "offline"; retryAt: number | null }
  | { kind: "catching-up"; entries: number }
  | { kind: "back" };

/** Interruptions shorter than this are not mentioned. */
export const MENTIONED_AFTER_MS = 500;
/** How long the good news stays. */
export const BACK_SHOWN_MS = 3_000;

export interface BannerMemory {
  /** Since when the stream has not been up to date. */
  downSince: number | null;
  /** When it came back after an interruption that was mentioned. */
  backAt: number | null;
  wasEverUp: boolean;
}

export const NOTHING_REMEMBERED: BannerMemory = { downSince: null, backAt: null, wasEverUp: false };

export function remember(memory: BannerMemory, stream: StreamView, now: number): BannerMemory {
  const isUp = stream.phase === "open" && stream.isCaughtUp;
  if (!isUp) {
    return { ...memory, downSince: memory.downSince ?? now, backAt: null };
  }
  const wasMentioned = memory.downSince !== null && now - memory.downSince >= MENTIONED_AFTER_MS;
  return {
    downSince: null,
    backAt: memory.wasEverUp && wasMentioned ? now : memory.backAt,
    wasEverUp: true,
  };
}

/**
 * @param everySiteSilent whether no site answered when last asked
 */
export function banner(memory: BannerMemory, stream: StreamView, everySiteSilent: boolean, now: number): Banner {
  if (stream.phase === "stopped") {
    return { kind: "none" };
  }
  if (memory.downSince === null) {
    const isFresh = memory.backAt !== null && now - memory.backAt < BACK_SHOWN_MS;
    return isFresh ? { kind: "back" } : { kind: "none" };
  }
  if (now - memory.downSince < MENTIONED_AFTER_MS) {
    return { kind: "none" };
  }
  if (stream.phase === "open") {
    return { kind: "catching-up", entries: stream.catchingUp };
  }
  return { kind: everySiteSilent ? "offline" : "reconnecting", retryAt: stream.retryAt };
}
