/** What is typed reaches the outbox in order, whole, and is on disk until then. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Doc, applyUpdate } from "yjs";
import { GATHER_MS, type QueueDoors, UpdateQueue } from "./update-queue";

interface Bench {
  queue: UpdateQueue;
  disk: Map<number, Uint8Array>;
  sent: Uint8Array[];
  doors: QueueDoors;
}

function bench(change: Partial<QueueDoors> = {}): Bench {
  const disk = new Map<number, Uint8Array>();
  const sent: Uint8Array[] = [];
  let key = 0;
  const doors: QueueDoors = {
    keep: (update) => {
      key += 1;
      disk.set(key, update);
      return Promise.resolve(key);
    },
    send: (update) => {
      sent.push(update);
      return Promise.resolve();
    },
    release: (keys) => {
      for (const each of keys) {
        disk.delete(each);
      }
      return Promise.resolve();
    },
    onChange: () => undefined,
    ...change,
  };
  return { queue: new UpdateQueue(doors), disk, sent, doors };
}

/** A document whose changes go into the queue, and what has been typed. */
function typist(queue: UpdateQueue): (text: string) => void {
  const doc = new Doc();
  const text = doc.getText("t");
  doc.on("update", (update: Uint8Array) => queue.push(update));
  return (what) => text.insert(text.length, what);
}

function read(updates: readonly Uint8Array[]): string {
  const doc = new Doc();
  for (const update of updates) {
    applyUpdate(doc, update);
  }
  return doc.getText("t").toString();
}

describe("the queue of updates", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("gathers what is typed within a moment into one update", async () => {
    const { queue, sent, disk } = bench();
    const type = typist(queue);
    type("one ");
    type("two ");
    expect(queue.gathered).toBe(2);
    expect(sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(sent).toHaveLength(1);
    expect(read(sent)).toBe("one two ");
    expect([queue.gathered, queue.unkept, disk.size]).toEqual([0, 0, 0]);
  });

  it("has every keystroke on disk before it is handed on", async () => {
    const { queue, disk, sent } = bench();
    typist(queue)("x");
    await vi.advanceTimersByTimeAsync(1);
    expect(queue.unkept).toBe(0);
    expect(read([...disk.values()])).toBe("x");
    expect(sent).toHaveLength(0);
  });

  it("sends batches in the order they were typed", async () => {
    const { queue, sent } = bench();
    const type = typist(queue);
    for (const word of ["a", "b", "c"]) {
      type(word);
      await vi.advanceTimersByTimeAsync(GATHER_MS);
    }
    expect(sent).toHaveLength(3);
    expect(read(sent)).toBe("abc");
  });

  it("keeps what the outbox could not take, and tries again", async () => {
    let isFull = true;
    const sent: Uint8Array[] = [];
    const { queue, disk } = bench({
      send: (update) => {
        if (isFull) {
          return Promise.reject(new Error("full"));
        }
        sent.push(update);
        return Promise.resolve();
      },
    });
    const type = typist(queue);
    type("kept ");
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(queue.gathered).toBe(1);
    expect(disk.size).toBe(1);
    isFull = false;
    type("too");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(read(sent)).toBe("kept too");
    expect(disk.size).toBe(0);
  });

  it("counts as not saved what no disk would take, until the outbox has it", async () => {
    const { queue, sent } = bench({ keep: () => Promise.reject(new Error("no disk")) });
    typist(queue)("x");
    await vi.advanceTimersByTimeAsync(1);
    expect(queue.unkept).toBe(1);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(queue.unkept).toBe(0);
    expect(read(sent)).toBe("x");
  });

  it("hands on what an earlier page left", async () => {
    const { queue, disk, sent } = bench();
    typist(queue)("left behind");
    await vi.advanceTimersByTimeAsync(1);
    const left = [...disk].map(([key, update]) => ({ key, update }));
    const next = bench({ release: (keys) => Promise.resolve(keys.forEach((key) => disk.delete(key))) });
    next.queue.adopt(left);
    await vi.advanceTimersByTimeAsync(1);
    expect(read(next.sent)).toBe("left behind");
    expect(disk.size).toBe(0);
    expect(sent).toHaveLength(0);
  });
});
