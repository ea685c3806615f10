import { describe, expect, it } from "vitest";
import { availability, figure } from "./test-figures";
import { budgetUsed, isEmpty, unplacedMs, verdictOf } from "./judge";

describe("a figure against the promise", () => {
  it.each([
    ["kept", figure(10_000, 0)],
    ["unproven", figure(10_000, 3_600_000)],
    ["missed", figure(600_000, 0)],
    ["unmeasured", figure(0, 30 * 86_400_000)],
  ] as const)("is %s", (verdict, of) => {
    expect(verdictOf(of, 99.99)).toBe(verdict);
  });

  it("is not kept where nobody knows the worst case", () => {
    expect(verdictOf({ ...figure(0, 0), worst_case_pct: null }, 99.99)).toBe("unproven");
  });

  it("says how much of the budget is used, also when it is too much", () => {
    expect(budgetUsed(figure(129_600, 0))).toBeCloseTo(0.5);
    expect(budgetUsed(figure(518_400, 0))).toBeCloseTo(2);
    expect(budgetUsed({ ...figure(0, 0), budget_ms: 0 })).toBeNull();
  });
});

describe("a report", () => {
  it("is empty only where no minute was measured", () => {
    expect(isEmpty(availability())).toBe(false);
    expect(isEmpty(availability({ overall: figure(0, 30 * 86_400_000) }))).toBe(true);
  });

  it("knows of time that was not measured and that no day accounts for", () => {
    const days = [{ day: 0, down_ms: 0, unmeasured_ms: 60_000 }];
    expect(unplacedMs(availability({ overall: figure(0, 360_000), days }))).toBe(300_000);
    expect(unplacedMs(availability({ overall: figure(0, 60_000), days }))).toBe(0);
  });
});
