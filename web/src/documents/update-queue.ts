/**
 * What is typed, on its way to the outbox: put on this device's disk at once, gathered for a moment,
 * then handed on as one update. What is on disk is removed only when the outbox has it.
 */

import { mergeUpdates } from "yjs";

export const GATHER_MS = 300;

export interface QueueDoors {
  /** Puts an update on disk and answers its key. */
  keep(update: Uint8Array): Promise<number>;
  /** Puts an update into the outbox; it is there when this resolves. */
  send(update: Uint8Array): Promise<void>;
  /** Removes updates from disk that the outbox has. */
  release(keys: number[]): Promise<void>;
  onChange(): void;
}

interface Gathered {
  update: Uint8Array;
  key: number | null;
}

export class UpdateQueue {
  /** Updates that are not on disk yet. */
  unkept = 0;
  /** Updates that are not in the outbox yet. */
  gathered = 0;
  private waiting: Gathered[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly doors: QueueDoors) {}

  push(update: Uint8Array): void {
    const entry: Gathered = { update, key: null };
    this.waiting.push(entry);
    this.unkept += 1;
    this.gathered += 1;
    this.doors.onChange();
    const keeping = this.doors.keep(update).then(
      (key) => {
        entry.key = key;
        this.unkept -= 1;
        this.doors.onChange();
      },
      // Without a disk it still goes to the sites; until then it counts as not saved.
      () => undefined,
    );
    this.work = this.work.then(() => keeping);
    this.timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Takes in what an earlier page left on disk. */
  adopt(left: readonly { key: number; update: Uint8Array }[]): void {
    this.waiting.push(...left);
    this.gathered += left.length;
    if (left.length > 0) {
      this.timer ??= setTimeout(() => void this.flush(), 0);
      this.doors.onChange();
    }
  }

  /** Hands on everything that waits; resolves when the outbox has it. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.work = this.work.then(() => this.handOn());
    return this.work;
  }

  private async handOn(): Promise<void> {
    const batch = this.waiting;
    if (batch.length === 0) {
      return;
    }
    this.waiting = [];
    try {
      await this.doors.send(mergeUpdates(batch.map((entry) => entry.update)));
    } catch {
      // The disk refuses: tried again, and shown as not saved meanwhile.
      this.waiting = [...batch, ...this.waiting];
      this.timer ??= setTimeout(() => void this.flush(), 2_000);
      return;
    }
    this.gathered -= batch.length;
    const keys = batch.map((entry) => entry.key).filter((key) => key !== null);
    this.unkept -= batch.length - keys.length;
    this.doors.onChange();
    await this.doors.release(keys).catch(() => undefined);
  }
}
