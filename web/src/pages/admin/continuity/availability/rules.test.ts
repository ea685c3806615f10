import { describe, expect, it } from "vitest";
import { daysOf, heightsOf } from "./days";
import { exclusionProblems } from "./exclusion-rules";
import { openable, partsOf } from "./parts";
import { boundsOf, periodProblem } from "./period";
import { figure } from "./test-figures";

const DAY = 86_400_000;

describe("a period", () => {
  it("that is recent ends now; one's own stays where it is", () => {
    expect(boundsOf({ kind: "week" }, 100 * DAY)).toEqual({ from: 93 * DAY, until: 100 * DAY });
    expect(boundsOf({ kind: "own", from: 1, until: 2 }, 100 * DAY)).toEqual({ from: 1, until: 2 });
  });

  it.each([
    [null, 5, "availability.problem.missing"],
    [5, null, "availability.problem.missing"],
    [5, 5, "availability.problem.order"],
    [0, 400 * DAY + 1, "availability.problem.long"],
    [0, 400 * DAY, null],
  ])("from %s until %s: %s", (from, until, problem) => {
    expect(periodProblem(from, until)).toBe(problem);
  });
});

describe("the days of a period", () => {
  it("are all there, counted in UTC, with what is known of them", () => {
    const flawed = { day: DAY, down_ms: 7, unmeasured_ms: 0 };
    const days = daysOf(DAY - 5, 3 * DAY, [flawed]);
    expect(days.map(({ day, down_ms }) => [day, down_ms])).toEqual([[0, 0], [DAY, 7], [2 * DAY, 0]]);
  });

  it("can be told apart by eye: the longest is the highest, and the shortest can be seen", () => {
    const day = (down_ms: number) => ({ day: 0, down_ms, unmeasured_ms: 99 });
    expect(heightsOf([day(0), day(1), day(1_000)])).toEqual([0, 5, 100]);
    expect(heightsOf([day(0)])).toEqual([0]);
  });
});

describe("an exclusion", () => {
  it("is fine with a time and a reason", () => {
    expect(exclusionProblems(0, 31 * DAY, " new switches ")).toEqual({});
  });

  it("names each field that is wrong", () => {
    expect(exclusionProblems(null, null, "  ")).toEqual({
      from: "exclusion.problem.from", until: "exclusion.problem.until", reason: "exclusion.problem.reason",
    });
    expect(exclusionProblems(5, 5, "x")).toEqual({ until: "exclusion.problem.order" });
    expect(exclusionProblems(0, 31 * DAY + 1, "x")).toEqual({ until: "exclusion.problem.long" });
    expect(exclusionProblems(0, 1, "x".repeat(501))).toEqual({ reason: "exclusion.problem.reasonLong" });
  });

  it("counts a reason as the sites do, by characters", () => {
    expect(exclusionProblems(0, 1, "🚢".repeat(500))).toEqual({});
  });
});

describe("the parts of an installation", () => {
  const site = { site: "a", ...figure(0, 0) };
  const modules = [
    { module: "messaging", ...figure(0, 0), steps: [{ step: "post", ...figure(0, 0), sites: [site] }] },
    { module: "documents", ...figure(0, 0), steps: [] },
  ];

  it("open one in another", () => {
    const shown = (...open: string[]): string[] => partsOf(modules, new Set(open)).map(({ id }) => id);
    expect(shown()).toEqual(["messaging", "documents"]);
    expect(shown("messaging")).toEqual(["messaging", "messaging/post", "documents"]);
    expect(shown(...openable(modules))).toEqual(["messaging", "messaging/post", "messaging/post/a", "documents"]);
    expect(shown("messaging/post")).toEqual(["messaging", "documents"]);
  });

  it("do not open where there is nothing inside", () => {
    expect(partsOf(modules, new Set(openable(modules))).filter(({ hasParts }) => !hasParts).map(({ id }) => id)).toEqual([
      "messaging/post/a", "documents",
    ]);
  });
});
