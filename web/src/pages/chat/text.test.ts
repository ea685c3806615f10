import { describe, expect, it } from "vitest";
import { firstAtOrAfter } from "./date-jump";
import { mentionsIn, tokenAt } from "./mentions";
import { piecesOf } from "./message-text";
import { rowsOf } from "./rows";

describe("a message's text", () => {
  const kinds = (text: string, handles = new Map<string, boolean>()): string[] =>
    piecesOf(text, handles).map((piece) => `${piece.kind}:${piece.text}`);

  it("has links without the punctuation after them, also Chinese", () => {
    expect(kinds("see https://x.test/a?b=1. 请看 https://x.test/c。")).toEqual([
      "text:see ", "link:https://x.test/a?b=1", "text:. 请看 ", "link:https://x.test/c", "text:。",
    ]);
  });

  it("never makes a link of anything but http", () => {
    expect(kinds("javascript:alert(1) data:text/html,x")).toEqual(["text:javascript:alert(1) data:text/html,x"]);
  });

  it("has mentions only of people it mentions", () => {
    const handles = new Map([["dewi", false], ["小明", true]]);
    expect(kinds("@dewi @nobody @小明", handles)).toEqual(["mention:@dewi", "text: @nobody ", "mention-me:@小明"]);
  });

  it("keeps code as it is written", () => {
    expect(kinds("run `a @dewi` or ```\nx\n```", new Map([["dewi", false]]))).toEqual([
      "text:run ", "code:a @dewi", "text: or ", "block:x\n",
    ]);
  });
});

describe("mentions being written", () => {
  it("begin at an @ that begins a word", () => {
    expect(tokenAt("hi @de", 6)).toEqual({ start: 3, end: 6, word: "de" });
    expect(tokenAt("mail@de", 7)).toBeNull();
    expect(tokenAt("好，@小", 4)?.word).toBe("小");
  });

  it("are found by handle, also before a full stop", () => {
    const people = new Map([["1", { id: "1", name: "Dewi", handle: "dewi.l" }], ["2", { id: "2", name: "B", handle: "b" }]]);
    expect(mentionsIn("ask @Dewi.l. and @everyone", people)).toEqual({ people: ["1"], everyone: true });
  });
});

describe("rows", () => {
  const day = 86_400_000;
  const at = (position: number, author: string, time: number) => ({
    id: `m${position}`, conversation_id: "c", position, author, text: "x", time,
  });

  it("group an author's messages and part days", () => {
    const noon = new Date(2026, 0, 5, 12).getTime();
    const rows = rowsOf([at(1, "a", noon), at(2, "a", noon + 1_000), at(3, "b", noon + 2_000), at(4, "b", noon + day)], [], "me", null);
    expect(rows.map((row) => (row.kind === "message" ? `${row.key}${row.isGrouped ? " grouped" : ""}` : row.kind))).toEqual([
      "day", "m1", "m2 grouped", "m3", "day", "m4",
    ]);
  });

  it("draw the line before the first new message of somebody else", () => {
    const noon = new Date(2026, 0, 5, 12).getTime();
    const rows = rowsOf([at(1, "b", noon), at(2, "me", noon + 1), at(3, "b", noon + 2)], [], "me", 1);
    expect(rows.map((row) => row.kind)).toEqual(["day", "message", "message", "new", "message"]);
  });
});

describe("going to a day", () => {
  it("finds the first message of it by halving", async () => {
    const times = Array.from({ length: 1_000 }, (_, n) => n * 10);
    let asked = 0;
    const after = (position: number): Promise<{ position: number; time: number } | null> => {
      asked += 1;
      const time = times[position];
      return Promise.resolve(time === undefined ? null : { position: position + 1, time });
    };
    for (const [wanted, expected] of [[0, 1], [5, 2], [5_000, 501], [9_990, 1_000], [99_999, 1_000]]) {
      expect(await firstAtOrAfter(wanted ?? 0, 1_000, after)).toBe(expected);
    }
    expect(asked).toBeLessThan(5 * 12);
  });
});
