import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Person } from "../api/types";
import type { LocalDatabase } from "../sync/database";
import { type Transport } from "../sync/transport";
import { refusal } from "../test-page";
import { Roster } from "./roster";

let status: string;
let fails: Error | null;
let asked: string[];
let roster: Roster;

const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const shown = (id: string): string | undefined => (roster.person(id) as { status?: string } | undefined)?.status;

beforeEach(async () => {
  vi.useFakeTimers();
  status = "active";
  fails = null;
  asked = [];
  const transport = {
    query: async (_: string, { person_id }: { person_id: string }) => {
      asked.push(person_id);
      if (fails !== null) {
        throw fails;
      }
      return { id: person_id, name: person_id, handle: person_id, status } as unknown as Person;
    },
  } as unknown as Transport;
  roster = new Roster("w", { people: { bulkPut: async () => undefined } } as unknown as LocalDatabase, transport);
  roster.person("ann");
  roster.person("ben");
  await wait(50);
  asked = [];
});
afterEach(() => vi.useRealTimers());

describe("somebody who may have changed", () => {
  it("is fetched again", async () => {
    status = "quarantined";
    roster.stale("ann");
    await wait(50);
    expect(shown("ann")).toBe("quarantined");
  });

  it("is fetched again later where no site answered", async () => {
    status = "quarantined";
    fails = refusal("unreachable", 503);
    roster.stale("ann");
    await wait(50);
    expect(shown("ann")).toBe("active");
    fails = null;
    await wait(5_100);
    expect(shown("ann")).toBe("quarantined");
  });

  it("is not asked for again and again where a site refuses", async () => {
    fails = refusal("person_not_found");
    roster.stale("ann");
    await wait(60_000);
    expect(asked).toEqual(["ann"]);
  });
});

describe("after an interruption", () => {
  it("whoever is shown is fetched again, and nobody else", async () => {
    status = "quarantined";
    roster.people.subscribe(() => void roster.person("ann"));
    roster.allStale();
    await wait(60_000);
    expect(asked).toEqual(["ann"]);
    expect(shown("ann")).toBe("quarantined");
  });
});
