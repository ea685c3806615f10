/** The outbox against sites that lose, delay, repeat and refuse, and pages that die at any moment. */

import { afterEach, describe, expect, it } from "vitest";
import { LocalDatabase } from "./database";
import { Outbox, type OutboxDoors } from "./outbox";
import type { OutboxItem } from "./outbox-item";
import { type Outcome, noAnswer } from "./outcome";

let count = 0;
const open: { database: LocalDatabase; outboxes: Outbox[] }[] = [];

function place(): { database: LocalDatabase; outbox(doors: OutboxDoors): Outbox } {
  count += 1;
  const database = new LocalDatabase(`outbox-${count}`);
  const entry = { database, outboxes: [] as Outbox[] };
  open.push(entry);
  return {
    database,
    outbox: (doors) => {
      const made = new Outbox(database, doors);
      entry.outboxes.push(made);
      return made;
    },
  };
}

afterEach(async () => {
  for (const { database, outboxes } of open.splice(0)) {
    outboxes.forEach((outbox) => outbox.stop());
    await database.delete();
  }
});

/** Two sites over one journal: the same id takes effect once, whatever happens on the way. */
class Journal {
  readonly applied: { id: string; lane: string; n: number }[] = [];
  private readonly answers = new Map<string, number>();

  accept(item: OutboxItem): Outcome {
    let seq = this.answers.get(item.id);
    if (seq === undefined) {
      this.applied.push({ id: item.id, lane: item.lane, n: Number(item.command["n"]) });
      seq = this.applied.length;
      this.answers.set(item.id, seq);
    }
    return {
      kind: "answered",
      answer: { command_id: item.id, seq, site: "a", durability: "protected", answer: {} },
    };
  }
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

async function until(is: () => boolean, ms = 4_000): Promise<void> {
  const end = Date.now() + ms;
  while (!is()) {
    if (Date.now() > end) {
      throw new Error("did not come about in time");
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function post(lane: string, n: number): Parameters<Outbox["add"]>[0] {
  return { lane, module: "messaging", verb: "post-message", command: { n } };
}

const finished = (outbox: Outbox): boolean => outbox.get().every((item) => item.state === "answered");

describe("commands survive anything and take effect once", () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    it(`seed ${seed}`, async () => {
      const random = randomOf(seed);
      const journal = new Journal();
      const here = place();
      /** Attempts of pages that have died go on without anybody listening. */
      const attempt = async (item: OutboxItem): Promise<Outcome> => {
        await new Promise((resolve) => setTimeout(resolve, random() * 3));
        const luck = random();
        if (luck < 0.2) {
          return noAnswer("unreachable");
        }
        if (luck < 0.35) {
          return { kind: "retry", written: "no", problem: { status: 503, code: "unavailable", retry_after_ms: 1 } };
        }
        const outcome = journal.accept(item);
        // The answer may be lost on its way back.
        return luck < 0.55 ? noAnswer("timed_out") : outcome;
      };
      const doors: OutboxDoors = { attempt, random: () => random() * 0.01 };

      let outbox = here.outbox(doors);
      await outbox.start();
      const lanes = ["one", "two", "three"];
      for (let n = 0; n < 12; n += 1) {
        await outbox.add(post(lanes[Math.floor(random() * 3)] ?? "one", n));
        if (random() < 0.3) {
          // The page dies without a word and another takes over what is on disk.
          outbox.stop();
          outbox = here.outbox(doors);
          await outbox.start();
        }
      }
      const last = outbox;
      await until(() => last.get().length === 12 && finished(last));

      expect(journal.applied).toHaveLength(12);
      expect(new Set(journal.applied.map(({ id }) => id)).size).toBe(12);
      for (const lane of lanes) {
        const order = journal.applied.filter((entry) => entry.lane === lane).map(({ n }) => n);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    });
  }
});

describe("the same id at every attempt", () => {
  it("is kept over a reload in the middle of sending", async () => {
    const here = place();
    const ids: string[] = [];
    const first = here.outbox({
      attempt: (item) => {
        ids.push(item.id);
        return new Promise<Outcome>(() => undefined);
      },
    });
    await first.start();
    await first.add(post("lane", 1));
    await until(() => ids.length === 1);
    first.stop();

    const journal = new Journal();
    const second = here.outbox({
      attempt: (item) => {
        ids.push(item.id);
        return Promise.resolve(journal.accept(item));
      },
    });
    await second.start();
    await until(() => second.get().length === 1 && finished(second));
    expect(ids[1]).toBe(ids[0]);
    expect(second.get()[0]?.possibly_written).toBe(true);
  });
});

describe("taking a command back", () => {
  const held = (outcome: Outcome): OutboxDoors => ({ attempt: () => Promise.resolve(outcome), random: () => 0.99 });

  it("is possible before it was sent and after a plain no", async () => {
    const here = place();
    const outbox = here.outbox(held({ kind: "retry", written: "no", problem: { status: 503, code: "unavailable", retry_after_ms: 60_000 } }));
    await outbox.start();
    const item = await outbox.add(post("lane", 1));
    await until(() => outbox.get()[0]?.state === "waiting");
    expect((await outbox.takeBack(item.id))?.id).toBe(item.id);
    expect(await here.database.outbox.count()).toBe(0);
  });

  it("is refused once it may have been written", async () => {
    const outbox = place().outbox(held(noAnswer("timed_out")));
    await outbox.start();
    const item = await outbox.add(post("lane", 1));
    await until(() => outbox.get()[0]?.state === "waiting");
    expect(await outbox.takeBack(item.id)).toBeNull();
    expect(outbox.get()).toHaveLength(1);
  });

  it("by another window stops the one that sends", async () => {
    const here = place();
    let attempts = 0;
    const sender = here.outbox({ attempt: () => { attempts += 1; return Promise.resolve(noAnswer("unreachable")); } });
    const other = here.outbox({ attempt: () => Promise.reject(new Error("never")) });
    sender.pause(true);
    await sender.start();
    const item = await sender.add(post("lane", 1));
    await other.read();
    expect(await other.takeBack(item.id)).not.toBeNull();
    sender.pause(false);
    await until(() => sender.get().length === 0);
    expect(attempts).toBe(0);
  });
});

describe("refusals", () => {
  it("for good do not hold up what follows in the lane", async () => {
    const journal = new Journal();
    const outbox = place().outbox({
      attempt: (item) =>
        Promise.resolve<Outcome>(
          item.command["n"] === 1 ? { kind: "refused", problem: { status: 413, code: "too_large" } } : journal.accept(item),
        ),
    });
    await outbox.start();
    await outbox.add(post("lane", 1));
    await outbox.add(post("lane", 2));
    await until(() => outbox.get()[1]?.state === "answered");
    expect(outbox.get()[0]).toMatchObject({ state: "refused", problem: { code: "too_large" } });
  });

  it("can be tried again when their reason is gone", async () => {
    const journal = new Journal();
    let isAllowed = false;
    const outbox = place().outbox({
      attempt: (item) =>
        Promise.resolve<Outcome>(
          isAllowed ? journal.accept(item) : { kind: "refused", problem: { status: 403, code: "not_permitted" } },
        ),
    });
    await outbox.start();
    const item = await outbox.add(post("lane", 1));
    await until(() => outbox.get()[0]?.state === "refused");
    isAllowed = true;
    await outbox.retryRefused(item.id);
    await until(() => finished(outbox));
    expect(journal.applied.map(({ id }) => id)).toEqual([item.id]);
  });

  it("of the session keep everything until somebody signs in", async () => {
    const journal = new Journal();
    let isSignedIn = false;
    const outbox = place().outbox({
      attempt: (item) =>
        Promise.resolve<Outcome>(
          isSignedIn ? journal.accept(item) : { kind: "signed-out", problem: { status: 401, code: "session_ended" } },
        ),
    });
    await outbox.start();
    await outbox.add(post("lane", 1));
    await until(() => outbox.get()[0]?.state === "waiting");
    isSignedIn = true;
    outbox.pause(false);
    await until(() => finished(outbox));
    expect(journal.applied).toHaveLength(1);
  });
});

describe("commands that replace one another", () => {
  it("leave only the newest to be sent, and leave no trace when done", async () => {
    const journal = new Journal();
    const here = place();
    const outbox = here.outbox({ attempt: (item) => Promise.resolve(journal.accept(item)) });
    outbox.pause(true);
    await outbox.start();
    for (let n = 1; n <= 5; n += 1) {
      await outbox.add({ ...post("read:c", n), replaces: "read:c" });
    }
    expect(outbox.get()).toHaveLength(1);
    outbox.pause(false);
    await until(() => outbox.get().length === 0);
    expect(journal.applied.map(({ n }) => n)).toEqual([5]);
    expect(await here.database.outbox.count()).toBe(0);
  });
});

describe("files", () => {
  it("hold their message back, in its place, until they are at the sites", async () => {
    const journal = new Journal();
    let isThere = false;
    const outbox = place().outbox({
      attempt: (item) => Promise.resolve(journal.accept(item)),
      prepare: (item) => {
        if (!isThere) {
          return Promise.resolve({ kind: "outcome", outcome: noAnswer("unreachable") });
        }
        const ready = { ...item, command: { ...item.command, attachments: [{ attachment_id: "f" }] } };
        delete ready.files;
        return Promise.resolve({ kind: "ready", item: ready });
      },
      random: () => 0.01,
    });
    await outbox.start();
    await outbox.add({ ...post("lane", 1), files: ["f"] });
    await outbox.add(post("lane", 2));
    await until(() => (outbox.get()[0]?.attempts ?? 0) > 1);
    expect(journal.applied).toHaveLength(0);
    expect(outbox.get()[0]?.possibly_written).toBe(false);
    isThere = true;
    await until(() => finished(outbox));
    expect(journal.applied.map(({ n }) => n)).toEqual([1, 2]);
    expect(outbox.get()[0]?.command["attachments"]).toEqual([{ attachment_id: "f" }]);
  });
});

describe("a conversation that existed already", () => {
  it("takes over what was written to the new one", async () => {
    const journal = new Journal();
    const outbox = place().outbox({ attempt: (item) => Promise.resolve(journal.accept(item)) });
    outbox.pause(true);
    await outbox.start();
    await outbox.add({ ...post("conversation:new", 1), command: { n: 1, conversation_id: "new" } });
    await outbox.rewrite("conversation:new", (item) => ({
      ...item,
      lane: "conversation:old",
      command: { ...item.command, conversation_id: "old" },
    }));
    outbox.pause(false);
    await until(() => finished(outbox));
    expect(outbox.get()[0]?.command["conversation_id"]).toBe("old");
    expect(journal.applied).toMatchObject([{ lane: "conversation:old" }]);
  });
});
