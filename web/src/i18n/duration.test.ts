import { beforeAll, describe, expect, it } from "vitest";
import { durationText, startLanguages } from "./index";

describe("a duration", () => {
  beforeAll(startLanguages);

  it.each([
    [250, "250 ms"], [3_400, "3.4 sec"], [59_900, "59.9 sec"], [60_000, "1 min 0 sec"], [119_600, "2 min 0 sec"],
    [3_599_000, "59 min 59 sec"], [3_600_000, "1 hr 0 min"], [86_399_000, "23 hr 59 min"], [180_000_000, "2 days 2 hr"],
  ])("of %i ms is %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
