/** Updates that come early, twice, or not at all. */

import { describe, expect, it } from "vitest";
import { type Incoming, NOTHING_CAME, hasGap, stood, took } from "./incoming";

const at = (seq: number): { seq: number; update: string } => ({ seq, update: `u${seq}` });

describe("updates of a document", () => {
  it("are applied as they come while nothing is missing", () => {
    const first = took(NOTHING_CAME, [at(1), at(2)]);
    expect(first.apply).toEqual(["u1", "u2"]);
    expect(first.incoming.seq).toBe(2);
    expect(hasGap(first.incoming)).toBe(false);
  });

  it("wait while an earlier one is missing, and follow it", () => {
    const early = took(NOTHING_CAME, [at(3)]);
    expect(early.apply).toEqual([]);
    expect(hasGap(early.incoming)).toBe(true);
    const filled = took(early.incoming, [at(1), at(2)]);
    expect(filled.apply).toEqual(["u1", "u2", "u3"]);
    expect(hasGap(filled.incoming)).toBe(false);
  });

  it("change nothing when they come again", () => {
    const { incoming } = took(NOTHING_CAME, [at(1), at(2)]);
    const again = took(incoming, [at(2), at(1)]);
    expect(again.apply).toEqual([]);
    expect(again.incoming.seq).toBe(2);
  });

  it("are covered by a whole state, which lets the waiting ones follow", () => {
    const { incoming } = took(NOTHING_CAME, [at(6), at(9)]);
    const whole = stood(incoming, 5);
    expect(whole.apply).toEqual(["u6"]);
    expect(whole.incoming.seq).toBe(6);
    expect(hasGap(whole.incoming)).toBe(true);
    expect(hasGap(stood(whole.incoming, 9).incoming)).toBe(false);
  });

  it("never go back to an older state of a site that is behind", () => {
    const { incoming } = took(NOTHING_CAME, [at(1), at(2), at(3)]);
    expect(stood(incoming, 1).incoming.seq).toBe(3);
  });

  it("come out the same in every order", () => {
    const orders = [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3], [3, 1, 4, 2]];
    for (const order of orders) {
      let incoming: Incoming = NOTHING_CAME;
      const applied: string[] = [];
      for (const seq of order) {
        const next = took(incoming, [at(seq)]);
        incoming = next.incoming;
        applied.push(...next.apply);
      }
      expect(applied).toEqual(["u1", "u2", "u3", "u4"]);
    }
  });
});
