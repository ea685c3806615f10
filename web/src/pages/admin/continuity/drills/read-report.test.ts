import { describe, expect, it } from "vitest";
import { figuresOf } from "./drill-figures";
import { readReport, recoveryMs } from "./read-report";

describe("a report", () => {
  it.each([null, undefined, 7, "text", [], {}, { functions: "none", findings: {}, timeline: 3, shortfalls: null, steps: [null], put_back: "x" }])(
    "of whatever kind is read without harm: %j",
    (report) => {
      const read = readReport(report);
      expect(read).toMatchObject({ functions: [], findings: null, shortfalls: [], timeline: [], steps: [], aborted: null, faultAt: null });
      expect(figuresOf(read)).toEqual([]);
      expect(recoveryMs(report)).toBeNull();
    },
  );

  it("of a new drill tells how each function fared against its objective", () => {
    const { functions } = readReport({
      functions: [{ module: "messaging", name: "post message", objective_rto_ms: 10_000, rto_ms: 1_400, available_pct: 97.5, throughput_before: 9.9, lost: 0 }],
    });
    expect(functions).toMatchObject([
      { module: "messaging", name: "post message", objectiveMs: 10_000, rtoMs: 1_400, availablePct: 97.5, before: 9.9, during: null, lost: 0, worked: null },
    ]);
  });

  it("of an old drill tells what that measured", () => {
    const { functions, findings } = readReport({ functions: [{ module: "directory", name: "find people", tried: 9, worked: 8, longest_gap_ms: 400, last_failure: "no" }] });
    expect(functions).toMatchObject([{ rtoMs: null, tried: 9, worked: 8, longestGapMs: 400, lastFailure: "no" }]);
    // There were no findings then: that none are told does not mean that nothing was found.
    expect(findings).toBeNull();
  });

  it("of a rehearsal tells by module when it could be used, and when all was back", () => {
    const report = { complete_ms: 52_000, first_use_ms: { messaging: 4_000, broken: "x" } };
    expect(readReport(report).functions).toMatchObject([{ module: "messaging", name: null, rtoMs: 4_000 }, { module: "broken", rtoMs: null }]);
    expect(recoveryMs(report)).toBe(52_000);
    expect(recoveryMs({ ...report, rto_ms: 1_400 })).toBe(1_400);
  });

  it("keeps findings of which something is missing or unknown", () => {
    const { findings } = readReport({ findings: [{ id: "f1", severity: "high", title: "Lost", owner: "captain", due: 5 }, { severity: "odd" }] });
    expect(findings).toEqual([
      { id: "f1", severity: "high", title: "Lost", detail: null, function: null, owner: "captain", due: 5 },
      { id: "2", severity: null, title: "2", detail: null, function: null, owner: null, due: null },
    ]);
  });

  it("tells its timeline by when things happened", () => {
    const { timeline } = readReport({ timeline: [{ kind: "site-lost", at: 9, site: "b" }, { kind: "writable-again", at: 5 }, { at: 1 }] });
    expect(timeline.map(({ kind }) => kind)).toEqual(["writable-again", "site-lost"]);
  });

  it("tells what was put back, and what people have to do", () => {
    const { putBack } = readReport({
      put_back: [{ kind: "start-process", process: "database", at: "b", done: false, tries: 5, failure: "no answer", manual: "Start it by hand." }],
    });
    expect(putBack).toEqual([{ what: "start-process database b", isDone: false, failure: "no answer", manual: "Start it by hand." }]);
  });
});

describe("the figures of a report", () => {
  const figures = (report: object) => figuresOf(readReport(report)).map(({ word, value, isBad }) => [word, value, isBad]);

  it("are those it has, with what must not be marked", () => {
    expect(figures({ rto_ms: 1_400, lost: 2, duplicated: 0, views_equal: false, chains_valid: true, detected_ms: null })).toEqual([
      ["drill.rto", 1_400, false],
      ["drill.lost", 2, true],
      ["drill.duplicated", 0, false],
      ["drills.viewsEqual", false, true],
      ["drills.chainsValid", true, false],
    ]);
  });

  it("take nothing for another kind of thing", () => {
    expect(figures({ lost: "2", views_equal: 1, rto_ms: Number.NaN })).toEqual([]);
  });
});
