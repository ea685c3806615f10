import { describe, expect, it } from "vitest";
import type { PartitionStatus, TimelineNote, Vault, VaultPartition } from "../../api/types";
import { VAULT_LOOKS, liveAgeMs, raisedAlarm, vaultLines, vaultNotes, vaultState } from "./vault";

const vault = (change: Partial<Vault> = {}): Vault => ({
  alarm: null, rpo_seconds: 0, backlog: 0, last_contact: 1, last_success: 1, failure: null,
  custodians: { count: 3, threshold: 2 }, custodians_departed: [], partitions: [], ...change,
});
const line = (partition: string, change: Partial<VaultPartition> = {}): VaultPartition => ({
  partition, sealed_seq: 4, backlog: 0, rpo_seconds: 0, last_success: 1, files_waiting: 0, failure: null, ...change,
});

describe("the state of the vault", () => {
  it("is good only with everything known and no alarm", () => {
    expect(vaultState(vault(), false)).toBe("good");
    expect(vaultState(vault({ rpo_seconds: 12, backlog: 3 }), false)).toBe("good");
    expect(vaultState(vault({ rpo_seconds: null }), false)).toBe("starting");
    expect(vaultState(vault(), true)).toBe("unknown");
    expect(vaultState(vault({ alarm: "something new" as "silent" }), false)).toBe("unknown");
  });

  it.each(["silent", "behind", "trust_missing"] as const)("is an alarm: %s", (alarm) => {
    expect(vaultState(vault({ alarm, rpo_seconds: null }), false)).toBe(alarm);
    expect(raisedAlarm(alarm)).toBe(alarm);
    expect(VAULT_LOOKS[alarm].tone).toBe("bad");
  });

  it("is told where there is no vault, which is no alarm and no good news", () => {
    expect(vaultState(null, false)).toBe("absent");
    expect(vaultState(undefined, false)).toBe("absent");
    expect(raisedAlarm("absent")).toBeNull();
    expect(VAULT_LOOKS.absent.tone).toBe("warn");
  });
});

describe("the age of what waits", () => {
  it("grows between two answers while something waits", () => {
    expect(liveAgeMs({ backlog: 2, rpo_seconds: 3.4 }, 10_000, 10_000)).toBe(3_000);
    expect(liveAgeMs({ backlog: 2, rpo_seconds: 3.4 }, 10_000, 15_000)).toBe(8_000);
    expect(liveAgeMs({ backlog: 0, rpo_seconds: 0 }, 10_000, 15_000)).toBe(0);
  });

  it("never shrinks by a tick that is older than the answer", () => {
    expect(liveAgeMs({ backlog: 1, rpo_seconds: 5 }, 10_000, 9_400)).toBe(5_000);
  });

  it("is not zero where it is not known", () => {
    expect(liveAgeMs({ backlog: 0, rpo_seconds: null }, 10_000, 15_000)).toBeNull();
  });
});

describe("the partitions", () => {
  it("come with those first that need a look, and the others where they are", () => {
    const lines = vaultLines(
      vault({
        partitions: [
          line("w/messaging"),
          line("w/directory", { backlog: 1, rpo_seconds: 2 }),
          line("w/continuity", { backlog: 9, rpo_seconds: 70 }),
          line("w/new", { sealed_seq: null, rpo_seconds: null, backlog: 3 }),
          line("w/installation", { failure: "no way" }),
        ],
      }),
      { partitions: [] },
    );
    expect(lines.map((each) => each.module)).toEqual(["installation", "new", "continuity", "messaging", "directory"]);
  });

  it("are told by what the status knows of them, and else by their own names", () => {
    const known = { partition: "w/m", module: "messaging", workspace: "work" } as PartitionStatus;
    const lines = vaultLines(vault({ partitions: [line("w/m"), line("x/other")] }), { partitions: [known] });
    expect(lines.map(({ module, workspace }) => [module, workspace])).toEqual([["messaging", "work"], ["other", "x"]]);
  });
});

describe("the notes", () => {
  it("are those about the vault, the newest ten", () => {
    const note = (number: number, kind: string): TimelineNote => ({
      number, kind, at: number, incident: null, site: "a", noted_by: "a", detail: "", evidence: {},
    });
    const notes = Array.from({ length: 40 }, (_, n) => note(40 - n, n % 2 === 0 ? "site-lost" : n % 4 === 1 ? "vault-back" : "vault-silent"));
    const found = vaultNotes(notes);
    expect(found).toHaveLength(10);
    expect(found[0]?.number).toBe(39);
    expect(found.every(({ kind }) => kind.startsWith("vault-"))).toBe(true);
  });
});
