import { describe, expect, it } from "vitest";
import type { TimelineNote } from "../../api/types";
import { incidentBegin, lastIncident } from "./use-now";

const note = (number: number, kind: string, at: number, change: Partial<TimelineNote> = {}): TimelineNote => ({
  number, kind, at, incident: null, site: "a", noted_by: "b", detail: "", evidence: {}, ...change,
});

describe("the last incident", () => {
  const notes = [
    note(9, "fault-removed", 440_000),
    note(8, "site-lost", 410_000, { incident: "i", evidence: { last_good_at: 406_000 } }),
    note(7, "fault-injected", 407_000),
    note(6, "fault-injected", 405_000, { site: "b" }),
    note(5, "site-back", 200_000, { incident: "old" }),
    note(4, "site-lost", 100_000, { incident: "old" }),
  ];

  it("has what led to it and what followed, about the same site, in order", () => {
    expect(lastIncident(notes).map(({ number }) => number)).toEqual([7, 8, 9]);
  });

  it("is timed from the fault, or from the last good probe where nobody injected one", () => {
    expect(incidentBegin(lastIncident(notes))).toBe(407_000);
    expect(incidentBegin([notes[1] as TimelineNote])).toBe(406_000);
    expect(incidentBegin([])).toBe(0);
  });
});
