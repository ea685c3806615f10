import { describe, expect, it } from "vitest";
import type { CommandAnswer, PartitionStatus } from "../api/types";
import { Safety } from "./safety";

const P = "w/messaging";
const answer = (seq: number, durability: CommandAnswer["durability"]): CommandAnswer => ({
  command_id: "1", seq, site: "a", durability, answer: {},
});
const at = (seq: number): PartitionStatus[] => [
  { partition: P, module: "messaging", workspace: "w", lead: "a", seq, lag: 0, state: "running" },
];

describe("safe at both sites", () => {
  it("is nothing without evidence", () => {
    const safety = new Safety();
    safety.answered(P, answer(5, "stored_here"));
    expect(safety.isSafe(P, 5)).toBe(false);
    expect(safety.isSafe(P, undefined)).toBe(false);
  });

  it("is everything before an entry that is", () => {
    const safety = new Safety();
    safety.answered(P, answer(7, "protected"));
    expect([5, 7, 8].map((seq) => safety.isSafe(P, seq))).toEqual([true, true, false]);
    expect(safety.isSafe("w/directory", 1)).toBe(false);
  });

  it("is what a site vouches for, and only while it does", () => {
    const safety = new Safety();
    safety.told({ durability: "stored_here", partitions: at(9) });
    safety.told({ durability: "unknown", partitions: at(9) });
    expect(safety.isSafe(P, 9)).toBe(false);
    safety.told({ durability: "protected", partitions: at(9) });
    expect(safety.isSafe(P, 9)).toBe(true);
  });
});
