/**
 * When "stored here" becomes "safe at both sites". Copies travel in journal order, so one entry that
 * is known to be at both sites vouches for every earlier entry of its partition.
 */

import type { Durability } from "../api/types";

export class Safety {
  private readonly safeUpTo = new Map<string, number>();
  private readonly highest = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private version = 0;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): number => this.version;

  /** An acknowledged entry and what its answer said. */
  acknowledged(partition: string, seq: number, durability: Durability): void {
    this.highest.set(partition, Math.max(seq, this.highest.get(partition) ?? 0));
    if (durability === "protected") {
      this.raise(partition, seq);
    }
  }

  /** A site says that everything it has acknowledged is at both sites now. */
  everythingIsProtected(): void {
    for (const [partition, seq] of this.highest) {
      this.raise(partition, seq);
    }
  }

  isSafe(partition: string, seq: number | null | undefined): boolean {
    return seq !== null && seq !== undefined && seq <= (this.safeUpTo.get(partition) ?? 0);
  }

  private raise(partition: string, seq: number): void {
    if (seq > (this.safeUpTo.get(partition) ?? 0)) {
      this.safeUpTo.set(partition, seq);
      this.version += 1;
      for (const listener of this.listeners) {
        listener();
      }
    }
  }
}
