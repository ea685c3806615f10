import { describe, expect, it } from "vitest";
import type { Message } from "../api/types";
import type { OutboxItem } from "../sync/outbox-item";
import { overlaid, pendingMessages } from "./overlay";
import { EMPTY_TIMELINE, WINDOW, arrived, replaced, withChanged, withNewer, withNewest, withOlder } from "./timeline";

function message(position: number, change: Partial<Message> = {}): Message {
  return { id: `m${position}`, conversation_id: "c", position, author: "p", text: `t${position}`, time: position, ...change };
}

const stretch = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, n) => message(from + n));
const positions = (messages: readonly Message[]): number[] => messages.map(({ position }) => position);

describe("messages that arrive live", () => {
  it("are appended when they are next", () => {
    const { timeline, isGap } = arrived(replaced(stretch(1, 3), false, false), message(4));
    expect(isGap).toBe(false);
    expect(positions(timeline.messages)).toEqual([1, 2, 3, 4]);
  });

  it("reveal a gap when they are not", () => {
    const before = replaced(stretch(1, 3), false, false);
    expect(arrived(before, message(6))).toEqual({ timeline: before, isGap: true });
  });

  it("do not undo what is known of them already", () => {
    const before = replaced([message(1, { text: "edited" })], false, false);
    expect(arrived(before, message(1)).timeline.messages[0]?.text).toBe("edited");
  });

  it("wait while one reads elsewhere", () => {
    const before = replaced(stretch(1, 3), false, true);
    expect(arrived(before, message(9))).toEqual({ timeline: before, isGap: false });
  });
});

describe("pages", () => {
  it("join without repeats, in both directions", () => {
    const middle = replaced(stretch(10, 20), true, true);
    const older = withOlder(middle, stretch(5, 10), true);
    const both = withNewer(older, stretch(20, 25), false);
    expect(positions(both.messages)).toEqual(positions(stretch(5, 25)));
    expect(both).toMatchObject({ hasOlder: true, hasNewer: false });
  });

  it("let go at the far end, and say so", () => {
    const full = replaced(stretch(1_000, 1_000 + WINDOW - 1), true, false);
    const older = withOlder(full, stretch(940, 999), true);
    expect(older.messages).toHaveLength(WINDOW);
    expect(older.hasNewer).toBe(true);
    expect(older.messages[0]?.position).toBe(940);
    const newer = withNewer(older, stretch(1_240, 1_299), false);
    expect(newer.hasOlder).toBe(true);
    expect(newer.messages.at(-1)?.position).toBe(1_299);
  });

  it("of the end replace a cache they do not meet, and refresh one they do", () => {
    const cache = replaced([message(1), message(2)], false, false);
    expect(positions(withNewest(cache, stretch(50, 60), true).messages)).toEqual(positions(stretch(50, 60)));
    const met = withNewest(cache, [message(2, { text: "changed" }), message(3)], false);
    expect(met.messages.map(({ text }) => text)).toEqual(["t1", "changed", "t3"]);
    expect(withNewest(EMPTY_TIMELINE, [], false).messages).toEqual([]);
  });

  it("change only what is loaded", () => {
    const before = replaced(stretch(1, 3), false, false);
    expect(withChanged(before, [message(9)])).toBe(before);
    expect(withChanged(before, [message(2, { deleted: true })]).messages[1]?.deleted).toBe(true);
  });
});

describe("what is still on its way", () => {
  const item = (verb: string, command: Record<string, unknown>, change: Partial<OutboxItem> = {}): OutboxItem => ({
    id: verb, lane: "l", order: 1, module: "messaging", verb, command, created_at: 5, state: "queued",
    attempts: 0, possibly_written: false, at: 0, ...change,
  });

  it("shows on the messages it changes, and no longer once refused", () => {
    const shown = [message(1, { reactions: [{ emoji: "👍", count: 1, mine: false }] }), message(2)];
    const items = [
      item("add-reaction", { message_id: "m1", emoji: "👍" }),
      item("edit-message", { message_id: "m2", text: "new" }),
    ];
    const seen = overlaid(shown, items);
    expect(seen[0]?.reactions).toEqual([{ emoji: "👍", count: 2, mine: true }]);
    expect(seen[1]).toMatchObject({ text: "new", edited_at: 5 });
    expect(overlaid(shown, items.map((it) => ({ ...it, state: "refused" as const })))).toEqual(shown);
  });

  it("is listed until a site has shown it back", () => {
    const items = [item("post-message", { message_id: "x", conversation_id: "c", text: "hi" })];
    expect(pendingMessages(items, "c", new Set()).map(({ id }) => id)).toEqual(["x"]);
    expect(pendingMessages(items, "c", new Set(["x"]))).toEqual([]);
    expect(pendingMessages(items, "d", new Set())).toEqual([]);
  });
});
