import { describe, expect, it } from "vitest";
import { endOfSecond, fromLocalInput, toLocalInput } from "./local-time";

describe("times as they are typed", () => {
  it("come back as the second they began in", () => {
    const at = new Date(2026, 2, 5, 7, 8, 9, 345).getTime();
    expect(toLocalInput(at)).toBe("2026-03-05T07:08:09");
    expect(fromLocalInput(toLocalInput(at))).toBe(at - 345);
    expect(endOfSecond(at - 345)).toBeGreaterThanOrEqual(at);
  });

  it.each(["", "yesterday", "2026-13-40T00:00"])("%j is none", (text) => expect(fromLocalInput(text)).toBeNull());
});
