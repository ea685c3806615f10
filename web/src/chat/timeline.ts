/** The loaded stretch of one conversation: pure rules for joining pages without gaps. */

import type { Message } from "../api/types";

export interface Timeline {
  /** Ascending by position, without repeats. */
  messages: readonly Message[];
  hasOlder: boolean;
  /** Newer messages exist that are not loaded; live messages are then not appended. */
  hasNewer: boolean;
}

export const EMPTY_TIMELINE: Timeline = { messages: [], hasOlder: true, hasNewer: false };

/** More than this is let go at the far end, so that the page stays light however far one scrolls. */
export const WINDOW = 300;
export const PAGE = 60;

export function firstPosition(timeline: Timeline): number | null {
  return timeline.messages[0]?.position ?? null;
}

export function lastPosition(timeline: Timeline): number | null {
  return timeline.messages.at(-1)?.position ?? null;
}

/** A stretch loaded anew. */
export function replaced(page: readonly Message[], hasOlder: boolean, hasNewer: boolean): Timeline {
  return { messages: joined([], page), hasOlder, hasNewer };
}

/** Older messages in front. */
export function withOlder(timeline: Timeline, page: readonly Message[], hasBefore: boolean): Timeline {
  const messages = joined(timeline.messages, page);
  const kept = messages.slice(0, WINDOW);
  return {
    messages: kept,
    hasOlder: hasBefore,
    hasNewer: timeline.hasNewer || kept.length < messages.length,
  };
}

/** Newer messages behind. */
export function withNewer(timeline: Timeline, page: readonly Message[], hasAfter: boolean): Timeline {
  const messages = joined(timeline.messages, page);
  const kept = messages.slice(-WINDOW);
  return {
    messages: kept,
    hasOlder: timeline.hasOlder || kept.length < messages.length,
    hasNewer: hasAfter,
  };
}

/** The newest page as a site has it now, joined to what was loaded where the two meet. */
export function withNewest(timeline: Timeline, page: readonly Message[], hasBefore: boolean): Timeline {
  const first = page[0]?.position ?? 1;
  const last = lastPosition(timeline);
  if (last === null || timeline.hasNewer || first > last + 1) {
    return replaced(page, hasBefore, false);
  }
  const messages = joined(timeline.messages, page);
  return {
    messages: messages.slice(-WINDOW),
    hasOlder: timeline.hasOlder || messages.length > WINDOW,
    hasNewer: false,
  };
}

/** Messages that changed; those that are not loaded are left out. */
export function withChanged(timeline: Timeline, changed: readonly Message[]): Timeline {
  const byId = new Map(changed.map((message) => [message.id, message]));
  if (!timeline.messages.some((message) => byId.has(message.id))) {
    return timeline;
  }
  return { ...timeline, messages: timeline.messages.map((message) => byId.get(message.id) ?? message) };
}

/**
 * A message that arrived live. It is appended only if it is the next one; anything else means that
 * something was missed, and `isGap` asks for the messages after the last one known.
 */
export function arrived(timeline: Timeline, message: Message): { timeline: Timeline; isGap: boolean } {
  const last = lastPosition(timeline) ?? 0;
  if (timeline.hasNewer || message.position <= last) {
    // Known already, perhaps in a later state than when it was posted.
    return { timeline, isGap: false };
  }
  if (message.position === last + 1) {
    return { timeline: withNewer(timeline, [message], false), isGap: false };
  }
  return { timeline, isGap: true };
}

function joined(known: readonly Message[], page: readonly Message[]): Message[] {
  const byPosition = new Map<number, Message>();
  for (const message of known) {
    byPosition.set(message.position, message);
  }
  for (const message of page) {
    byPosition.set(message.position, message);
  }
  return [...byPosition.values()].sort((a, b) => a.position - b.position);
}
