/**
 * When "stored here" becomes "safe at both sites". Copies travel in journal order, so one entry that
 * is known to be at both sites vouches for every earlier entry of its partition. Without such
 * evidence nothing counts as safe.
 */

import type { CommandAnswer, Status } from "../api/types";

export class Safety {
  private readonly upTo = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private version = 0;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): number => this.version;

  /** What an answer says about its own entry. */
  answered(partition: string, answer: CommandAnswer): void {
    if (answer.durability === "protected" && answer.seq !== null) {
      this.raise(partition, answer.seq);
    }
  }

  /**
   * What a site says of itself. Only while it vouches for every write is its position evidence;
   * before it told its positions it had already made sure of that.
   */
  told(status: Pick<Status, "durability" | "partitions">): void {
    if (status.durability === "protected") {
      for (const { partition, seq } of status.partitions) {
        if (seq !== null) {
          this.raise(partition, seq);
        }
      }
    }
  }

  /** What an earlier page knew. */
  remembered(partition: string, seq: number): void {
    this.raise(partition, seq);
  }

  isSafe(partition: string, seq: number | null | undefined): boolean {
    return seq !== null && seq !== undefined && seq <= (this.upTo.get(partition) ?? 0);
  }

  known(): ReadonlyMap<string, number> {
    return this.upTo;
  }

  private raise(partition: string, seq: number): void {
    if (seq > (this.upTo.get(partition) ?? 0)) {
      this.upTo.set(partition, seq);
      this.version += 1;
      for (const listener of this.listeners) {
        listener();
      }
    }
  }
}
