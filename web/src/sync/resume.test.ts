import { describe, expect, it } from "vitest";
import type { EntryFrame, ServerFrame } from "../api/types";
import { type Resume, catchingUp, isCaughtUp, received, reopened, subscription } from "./resume";

const P = "w/messaging";

function start(seq: number | null): Resume {
  return new Map([[P, { seq, isCaughtUp: false, catchingUp: 0 }]]);
}

function entry(seq: number): EntryFrame {
  return { partition: P, seq, time: 0, actor: null, command: "c", events: [] };
}

function take(resume: Resume, ...frames: ServerFrame[]): { resume: Resume; seen: (number | string)[] } {
  const seen: (number | string)[] = [];
  let now = resume;
  for (const frame of frames) {
    const { resume: next, effects } = received(now, frame);
    now = next;
    for (const effect of effects) {
      seen.push(effect.kind === "entry" ? effect.frame.seq : effect.kind);
    }
  }
  return { resume: now, seen };
}

describe("resuming", () => {
  it("subscribes after the last entry taken in, at whichever site", () => {
    const { resume } = take(start(5), entry(6), entry(9));
    expect(subscription(reopened(resume))).toEqual({ subscribe: [{ partition: P, after: 9 }] });
  });

  it("begins now when nothing was taken in yet, and has what was missed meanwhile fetched", () => {
    expect(subscription(start(null))).toEqual({ subscribe: [{ partition: P }] });
    const { resume, seen } = take(start(null), { partition: P, at: 40 });
    expect(seen).toEqual(["caught-up", "refetch"]);
    expect(resume.get(P)?.seq).toBe(40);
  });

  it("takes every entry in once, however often and in whatever order connections repeat them", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      let state = seed;
      const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      let resume = start(0);
      const seen: number[] = [];
      // Each connection replays from what it was asked, may break anywhere, and may repeat entries.
      while ((resume.get(P)?.seq ?? 0) < 30) {
        resume = reopened(resume);
        const after = subscription(resume).subscribe[0]?.after ?? 0;
        const breaksAt = after + 1 + Math.floor(random() * 10);
        for (let seq = after + 1; seq <= Math.min(breaksAt, 30); seq += 1) {
          for (let copy = 0; copy <= Math.floor(random() * 2); copy += 1) {
            const { resume: next, effects } = received(resume, entry(seq));
            resume = next;
            effects.forEach((effect) => effect.kind === "entry" && seen.push(effect.frame.seq));
          }
        }
      }
      expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    }
  });

  it("does not go back when a site that is behind says where it stands", () => {
    const { resume } = take(start(50), { partition: P, at: 48 });
    expect(resume.get(P)?.seq).toBe(50);
  });

  it("goes on from where a site says after a reset, also where that is earlier", () => {
    const { resume, seen } = take(start(50), { partition: P, reset: true, at: 48 }, entry(49), entry(50), entry(51));
    expect(seen).toEqual(["refetch", 49, 50, 51]);
    expect(resume.get(P)).toMatchObject({ seq: 51, isCaughtUp: true });
  });

  it("counts what it catches up with", () => {
    const behind = take(start(0), entry(1), entry(2), entry(3)).resume;
    expect(catchingUp(behind)).toBe(3);
    expect(isCaughtUp(behind)).toBe(false);
    const there = take(behind, { partition: P, at: 3 }).resume;
    expect(catchingUp(there)).toBe(0);
    expect(isCaughtUp(there)).toBe(true);
  });

  it("passes over partitions it did not ask for and drops those that are refused", () => {
    expect(take(start(0), { ...entry(1), partition: "other/messaging" }).seen).toEqual([]);
    const { resume, seen } = take(start(0), { partition: P, refused: "workspace_not_found" });
    expect(seen).toEqual(["refused"]);
    expect(resume.size).toBe(0);
  });
});
