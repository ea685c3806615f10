/** The event stream: one WebSocket to the site in use, resumed at either site from the last seq. */

import type { ServerFrame, Status } from "../api/types";
import { backoffMs } from "./backoff";
import {
  type PartitionResume,
  type Resume,
  type StreamEffect,
  catchingUp,
  isCaughtUp,
  received,
  reopened,
  subscription,
} from "./resume";
import type { Sites } from "./sites";

export interface StreamView {
  phase: "stopped" | "connecting" | "open" | "waiting";
  /** When the next attempt begins, while waiting. */
  retryAt: number | null;
  /** Attempts that failed since the last open connection. */
  failures: number;
  isCaughtUp: boolean;
  /** Entries taken in while catching up. */
  catchingUp: number;
  /** Last word from a site, for "how fresh is this". */
  heardAt: number | null;
}

export const STOPPED: StreamView = {
  phase: "stopped",
  retryAt: null,
  failures: 0,
  isCaughtUp: false,
  catchingUp: 0,
  heardAt: null,
};

export interface StreamDoors {
  token(): string | null;
  onEffect(effect: StreamEffect): void;
  onSite(site: Partial<Status>): void;
  onSessionEnded(): void;
  /** A connection opened: whatever waits may be sent. */
  onOpen(): void;
  onCursor(partition: string, seq: number): void;
  socket?(url: string, protocols: string[]): WebSocket;
  now?(): number;
  random?(): number;
}

export const PING_EVERY_MS = 2_000;
/** A ping unanswered for this long means a dead connection, whatever the browser thinks. */
export const DEAD_AFTER_MS = 3_000;
const OPENING_TAKES_AT_MOST_MS = 4_000;

export class EventStream {
  private view: StreamView = STOPPED;
  private resume: Resume;
  private socket: WebSocket | null = null;
  private site = "";
  private pings: ReturnType<typeof setInterval> | undefined;
  private pingedAt = 0;
  private hasSpoken = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly unsubscribe: () => void;
  private readonly now: () => number;
  private readonly random: () => number;

  constructor(
    private readonly sites: Sites,
    cursors: ReadonlyMap<string, number | null>,
    private readonly doors: StreamDoors,
  ) {
    this.now = doors.now ?? Date.now;
    this.random = doors.random ?? Math.random;
    this.resume = new Map<string, PartitionResume>(
      [...cursors].map(([partition, seq]) => [partition, { seq, isCaughtUp: false, catchingUp: 0 }]),
    );
    // A request may notice a dead site before the socket does.
    this.unsubscribe = sites.subscribe(() => {
      const { active, silent } = this.sites.get();
      const isElsewhere = this.socket !== null && active !== this.site;
      const isWaitingInVain =
        this.view.phase === "waiting" && !silent.has(active) && (this.view.retryAt ?? 0) - this.now() > 1_000;
      if (isElsewhere || isWaitingInVain) {
        this.reconnectNow();
      }
    });
  }

  get = (): StreamView => this.view;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    if (this.view.phase === "stopped") {
      this.connect();
    }
  }

  stop(): void {
    this.unsubscribe();
    this.close();
    clearTimeout(this.timer);
    this.set({ phase: "stopped", retryAt: null });
  }

  reconnectNow = (): void => {
    if (this.view.phase === "stopped") {
      return;
    }
    this.close();
    this.connect();
  };

  private connect(): void {
    clearTimeout(this.timer);
    this.site = this.sites.get().active;
    this.resume = reopened(this.resume);
    this.set({ phase: "connecting", retryAt: null, isCaughtUp: false, catchingUp: 0 });
    const open = this.doors.socket ?? ((url, protocols) => new WebSocket(url, protocols));
    const url = new URL("/api/events", this.site || location.origin);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    let socket: WebSocket;
    try {
      socket = open(url.toString(), ["sekoci", `bearer.${this.doors.token() ?? ""}`]);
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    this.timer = setTimeout(() => this.lost(), OPENING_TAKES_AT_MOST_MS);
    socket.onopen = () => {
      if (socket === this.socket) {
        this.opened(socket);
      }
    };
    socket.onmessage = (message: MessageEvent) => {
      if (socket === this.socket && typeof message.data === "string") {
        this.frame(JSON.parse(message.data) as ServerFrame);
      }
    };
    socket.onclose = () => {
      if (socket === this.socket) {
        this.lost();
      }
    };
  }

  private opened(socket: WebSocket): void {
    clearTimeout(this.timer);
    socket.send(JSON.stringify(subscription(this.resume)));
    this.pingedAt = 0;
    this.hasSpoken = false;
    this.set({ phase: "open", heardAt: this.now() });
    this.pings = setInterval(() => {
      const now = this.now();
      const isUnanswered = this.pingedAt > (this.view.heardAt ?? 0);
      if (isUnanswered && now - this.pingedAt >= DEAD_AFTER_MS) {
        this.lost();
      } else if (!isUnanswered) {
        this.pingedAt = now;
        socket.send(JSON.stringify({ ping: now }));
      }
    }, PING_EVERY_MS / 2);
  }

  /** A site that speaks is there; one that only accepts connections may be half dead. */
  private spoken(): void {
    if (!this.hasSpoken) {
      this.hasSpoken = true;
      this.set({ failures: 0 });
      this.sites.answered(this.site);
      this.doors.onOpen();
    }
  }

  private frame(frame: ServerFrame): void {
    const heardAt = this.now();
    if ("goodbye" in frame) {
      if (frame.goodbye.reason === "draining") {
        this.sites.failed(this.site);
      } else if (frame.goodbye.reason === "session_ended" || frame.goodbye.reason === "quarantined") {
        // A quarantine ends the session too; the session says where one stands.
        this.close();
        this.set({ phase: "stopped", retryAt: null });
        this.doors.onSessionEnded();
      } else {
        this.reconnectNow();
      }
      return;
    }
    this.spoken();
    if ("site" in frame) {
      this.doors.onSite(frame.site);
    }
    const before = this.resume;
    const { resume, effects } = received(before, frame);
    this.resume = resume;
    if ("partition" in frame) {
      const seq = resume.get(frame.partition)?.seq;
      if (seq !== undefined && seq !== null && seq !== before.get(frame.partition)?.seq) {
        this.doors.onCursor(frame.partition, seq);
      }
    }
    for (const effect of effects) {
      this.doors.onEffect(effect);
    }
    this.set({ heardAt, isCaughtUp: isCaughtUp(resume), catchingUp: catchingUp(resume) });
  }

  /** The connection is gone or never came up: turn to the other site after a while. */
  private lost(): void {
    const site = this.site;
    const wasOpen = this.view.phase === "open" && this.hasSpoken;
    this.close();
    const failures = this.view.failures + 1;
    // The first attempt at the other site is nearly at once; its spread avoids a stampede.
    const wait = wasOpen ? Math.floor(this.random() * 400) : backoffMs(failures, this.random());
    this.set({ phase: "waiting", retryAt: this.now() + wait, failures, isCaughtUp: false });
    this.timer = setTimeout(() => this.connect(), wait);
    if (this.sites.get().active === site) {
      this.sites.failed(site);
    }
  }

  private close(): void {
    clearInterval(this.pings);
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private set(change: Partial<StreamView>): void {
    const next = { ...this.view, ...change };
    // Hearing from the site again is not worth a new look at the page.
    const isSame = (Object.keys(change) as (keyof StreamView)[]).every(
      (key) => key === "heardAt" || this.view[key] === next[key],
    );
    this.view = next;
    if (!isSame) {
      for (const listener of this.listeners) {
        listener();
      }
    }
  }
}
