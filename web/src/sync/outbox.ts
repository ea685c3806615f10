/**
 * The durable outbox: every command is stored before it is sent, and stays stored until a site has
 * given a final answer. Commands of one lane go one after another; lanes go side by side. A command
 * is sent again with the same id, at either site, so it takes effect once whatever happens.
 */

import { newId } from "../ids";
import type { LocalDatabase } from "./database";
import type { Outcome } from "./outcome";
import {
  type OutboxItem,
  begun,
  canTakeBack,
  due,
  isOpen,
  nextDueAt,
  recovered,
  settled,
} from "./outbox-item";

export interface NewCommand {
  lane: string;
  module: string;
  verb: string;
  workspace_id?: string;
  command: Record<string, unknown>;
  replaces?: string;
  files?: string[];
  /** The command id, where the caller needs to know it before. */
  id?: string;
}

export interface OutboxDoors {
  /** One attempt at sending. Never throws for network reasons. */
  attempt(item: OutboxItem): Promise<Outcome>;
  /** Brings an item's files to the sites and returns the command to send. */
  prepare?(item: OutboxItem): Promise<{ kind: "ready"; item: OutboxItem } | { kind: "outcome"; outcome: Outcome }>;
  /** Told after every final answer. */
  onFinal?(item: OutboxItem): void;
  /** Told after every change on disk, so that other windows can look. */
  onStored?(): void;
  now?(): number;
  random?(): number;
}

const LANES_AT_ONCE = 6;

export class Outbox {
  private items = new Map<string, OutboxItem>();
  private snapshot: readonly OutboxItem[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly running = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopped = true;
  private isPaused = false;
  private readonly now: () => number;
  private readonly random: () => number;

  constructor(
    private readonly database: LocalDatabase,
    private readonly doors: OutboxDoors,
  ) {
    this.now = doors.now ?? Date.now;
    this.random = doors.random ?? Math.random;
  }

  /** Loads what an earlier page left and begins to send. */
  async start(): Promise<void> {
    this.isStopped = false;
    for (const stored of await this.database.outbox.toArray()) {
      if (!this.running.has(stored.id)) {
        const item = recovered(stored, this.now());
        this.items.set(item.id, item);
        await this.database.outbox.put(item);
      }
    }
    this.changed();
    this.pump();
  }

  /** Ends sending; what is stored stays. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /**
   * Takes in what other windows stored or took back. The window that sends knows best where the
   * commands stand; every other window believes what is on disk.
   */
  async read(): Promise<void> {
    const stored = await this.database.outbox.toArray();
    const next = new Map<string, OutboxItem>();
    for (const item of stored) {
      next.set(item.id, this.isStopped ? item : (this.items.get(item.id) ?? item));
    }
    for (const id of this.running) {
      const item = this.items.get(id);
      if (item !== undefined) {
        next.set(id, item);
      }
    }
    this.items = next;
    this.changed();
    this.pump();
  }

  /** Stores a command; it is on disk when this resolves. */
  async add(command: NewCommand): Promise<OutboxItem> {
    const now = this.now();
    const item: OutboxItem = {
      ...command,
      id: command.id ?? newId(now),
      order: 0,
      created_at: now,
      state: "queued",
      attempts: 0,
      possibly_written: false,
      at: now,
    };
    const replaced: string[] = [];
    await this.database.transaction("rw", this.database.outbox, async () => {
      const last = await this.database.outbox.orderBy("order").last();
      item.order = (last?.order ?? 0) + 1;
      if (command.replaces !== undefined) {
        for (const other of await this.database.outbox.where("lane").equals(command.lane).toArray()) {
          if (other.replaces === command.replaces && other.state !== "sending") {
            replaced.push(other.id);
          }
        }
        await this.database.outbox.bulkDelete(replaced);
      }
      await this.database.outbox.add(item);
    });
    for (const id of replaced) {
      this.items.delete(id);
    }
    this.items.set(item.id, item);
    this.changed();
    this.doors.onStored?.();
    this.pump();
    return item;
  }

  /**
   * Takes a command back, if nobody can have seen it. The check and the removal are one
   * transaction, so a command on its way is never lost track of.
   *
   * @returns the command, or `null` when it is too late
   */
  async takeBack(id: string): Promise<OutboxItem | null> {
    const taken = await this.database.transaction("rw", this.database.outbox, async () => {
      const item = await this.database.outbox.get(id);
      if (item === undefined || this.running.has(id) || !canTakeBack(item)) {
        return null;
      }
      await this.database.outbox.delete(id);
      return item;
    });
    if (taken !== null) {
      this.items.delete(id);
      this.changed();
      this.doors.onStored?.();
      this.pump();
    }
    return taken;
  }

  /** Removes a refused command: the person has read why and lets it go. */
  async discard(id: string): Promise<void> {
    const item = this.items.get(id);
    if (item?.state === "refused") {
      await this.remove(item);
    }
  }

  /** Removes an answered command whose effect is now seen elsewhere. */
  async forget(id: string): Promise<void> {
    const item = this.items.get(id);
    if (item?.state === "answered") {
      await this.remove(item);
    }
  }

  /** Tries everything that waits at once: the connection is back, or the person asked. */
  async retryNow(id?: string): Promise<void> {
    const now = this.now();
    for (const item of [...this.items.values()]) {
      if (item.state === "waiting" && (id === undefined || item.id === id) && !this.running.has(item.id)) {
        await this.store({ ...item, at: now });
      }
    }
    this.pump();
  }

  /** Tries a refused command again, for refusals that a person has since lifted (a right, a name). */
  async retryRefused(id: string): Promise<void> {
    const item = this.items.get(id);
    if (item?.state === "refused") {
      const again = { ...item, state: "queued" as const, at: this.now() };
      delete again.problem;
      await this.store(again);
      this.pump();
    }
  }

  /** While paused nothing new is sent (nobody is signed in). */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.pump();
  }

  /** Rewrites commands that were never sent, for example to a conversation that already existed. */
  async rewrite(lane: string, change: (item: OutboxItem) => OutboxItem): Promise<void> {
    for (const item of [...this.items.values()]) {
      if (item.lane === lane && item.attempts === 0 && isOpen(item)) {
        await this.store(change(item));
      }
    }
    this.pump();
  }

  get = (): readonly OutboxItem[] => this.snapshot;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private pump(): void {
    clearTimeout(this.timer);
    if (this.isStopped || this.isPaused) {
      return;
    }
    const now = this.now();
    for (const item of due(this.items.values(), now)) {
      if (this.running.size >= LANES_AT_ONCE) {
        break;
      }
      if (!this.running.has(item.id)) {
        this.running.add(item.id);
        void this.run(item);
      }
    }
    const next = nextDueAt(this.items.values(), now);
    if (next !== null) {
      this.timer = setTimeout(() => this.pump(), Math.max(next - now, 1));
    }
  }

  private async run(queued: OutboxItem): Promise<void> {
    let item = queued;
    let outcome: Outcome;
    try {
      const prepared = queued.files?.length && this.doors.prepare ? await this.doors.prepare(queued) : null;
      if (prepared?.kind === "outcome") {
        // The command itself was not sent, so whatever happened it is not written.
        item = { ...queued, attempts: queued.attempts + 1 };
        outcome = prepared.outcome.kind === "retry" ? { ...prepared.outcome, written: "no" } : prepared.outcome;
      } else {
        item = begun(prepared?.item ?? queued, this.now());
        if (!(await this.claim(item))) {
          return;
        }
        outcome = await this.doors.attempt(item);
      }
      const after = settled(item, outcome, this.now(), this.random());
      if (outcome.kind === "signed-out") {
        this.isPaused = true;
      }
      const isSilent = item.replaces !== undefined && (after.state === "answered" || after.state === "refused");
      await (isSilent ? this.remove(after) : this.store(after));
      if (!isOpen(after)) {
        this.doors.onFinal?.(after);
      }
    } finally {
      this.running.delete(queued.id);
    }
    this.pump();
  }

  /** Notes on disk that an attempt begins, unless the command was taken back meanwhile. */
  private async claim(item: OutboxItem): Promise<boolean> {
    const isThere = await this.database.transaction("rw", this.database.outbox, async () => {
      const stored = await this.database.outbox.get(item.id);
      if (stored === undefined) {
        return false;
      }
      await this.database.outbox.put(item);
      return true;
    });
    if (isThere) {
      this.items.set(item.id, item);
    } else {
      this.items.delete(item.id);
    }
    this.changed();
    this.doors.onStored?.();
    return isThere;
  }

  private async store(item: OutboxItem): Promise<void> {
    this.items.set(item.id, item);
    this.changed();
    await this.database.outbox.put(item);
    this.doors.onStored?.();
  }

  private async remove(item: OutboxItem): Promise<void> {
    this.items.delete(item.id);
    this.changed();
    await this.database.outbox.delete(item.id);
    this.doors.onStored?.();
  }

  private changed(): void {
    this.snapshot = [...this.items.values()].sort((a, b) => a.order - b.order);
    for (const listener of this.listeners) {
      listener();
    }
  }
}
