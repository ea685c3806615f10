import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Sites } from "./sites";
import { DEAD_AFTER_MS, EventStream, PING_EVERY_MS, type StreamDoors } from "./stream";

class FakeSocket {
  static made: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
  }

  says(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const P = "w/messaging";
const A = "http://a.test";
const B = "http://b.test";

function setUp(): { sites: Sites; stream: EventStream; effects: string[]; ended: () => number } {
  const sites = new Sites([{ name: "a", url: A }, { name: "b", url: B }], A);
  const effects: string[] = [];
  let ended = 0;
  const doors: StreamDoors = {
    token: () => "secret",
    onEffect: (effect) => effects.push(effect.kind === "entry" ? `entry ${effect.frame.seq}` : effect.kind),
    onSite: () => undefined,
    onSessionEnded: () => (ended += 1),
    onOpen: () => undefined,
    onCursor: () => undefined,
    socket: (url, protocols) => new FakeSocket(url, protocols) as unknown as WebSocket,
    random: () => 0.5,
  };
  return { sites, stream: new EventStream(sites, new Map([[P, 10]]), doors), effects, ended: () => ended };
}

const last = (): FakeSocket => FakeSocket.made.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the event stream", () => {
  it("shows its token and resumes after the last seq", () => {
    const { stream } = setUp();
    stream.start();
    expect(last().url).toBe("ws://a.test/api/events");
    expect(last().protocols).toEqual(["sekoci", "bearer.secret"]);
    last().onopen?.();
    expect(last().sent[0]).toEqual({ subscribe: [{ partition: P, after: 10 }] });
  });

  it("goes on at the other site, from where it was, when its site is lost", () => {
    const { stream, sites, effects } = setUp();
    stream.start();
    last().onopen?.();
    last().says({ partition: P, at: 10 });
    last().says({ partition: P, seq: 11, time: 0, actor: null, command: "c", events: [] });
    last().onclose?.();
    expect(stream.get().phase).toBe("waiting");
    vi.advanceTimersByTime(400);
    expect(last().url).toBe("ws://b.test/api/events");
    last().onopen?.();
    expect(last().sent[0]).toEqual({ subscribe: [{ partition: P, after: 11 }] });
    // What the first site already told is not taken in again.
    last().says({ partition: P, seq: 11, time: 0, actor: null, command: "c", events: [] });
    last().says({ partition: P, seq: 12, time: 0, actor: null, command: "c", events: [] });
    expect(effects).toEqual(["caught-up", "entry 11", "entry 12"]);
    expect(sites.get()).toMatchObject({ active: B, change: { from: "a", to: "b" } });
  });

  it("does not believe in a connection that no longer answers", () => {
    const { stream } = setUp();
    stream.start();
    last().onopen?.();
    vi.advanceTimersByTime(PING_EVERY_MS);
    expect(last().sent.at(-1)).toHaveProperty("ping");
    vi.advanceTimersByTime(DEAD_AFTER_MS + PING_EVERY_MS);
    expect(FakeSocket.made[0]?.isClosed).toBe(true);
    expect(last().url).toBe("ws://b.test/api/events");
  });

  it("stays while pings are answered", () => {
    const { stream } = setUp();
    stream.start();
    last().onopen?.();
    for (let n = 0; n < 20; n += 1) {
      vi.advanceTimersByTime(PING_EVERY_MS / 2);
      last().says({ pong: 1 });
    }
    expect(FakeSocket.made).toHaveLength(1);
    expect(stream.get().phase).toBe("open");
  });

  it("turns to the other site at once when a request has found its site dead", () => {
    const { stream, sites } = setUp();
    stream.start();
    last().onopen?.();
    sites.failed(A);
    expect(last().url).toBe("ws://b.test/api/events");
  });

  it("ends with the session and not with a site that goes down in good order", () => {
    const { stream, ended, sites } = setUp();
    stream.start();
    last().onopen?.();
    last().says({ goodbye: { reason: "draining", retry_after_ms: 10 } });
    expect(sites.get().active).toBe(B);
    expect(ended()).toBe(0);
    last().onopen?.();
    last().says({ goodbye: { reason: "session_ended" } });
    expect(ended()).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(stream.get().phase).toBe("stopped");
  });

  it("ends with a quarantine, and the session says where one stands", () => {
    const { stream, ended } = setUp();
    stream.start();
    last().onopen?.();
    last().says({ goodbye: { reason: "quarantined", workspace_id: "w" } });
    expect(ended()).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(stream.get().phase).toBe("stopped");
  });

  it("is not taken in by a site that accepts connections and says nothing", () => {
    const { stream } = setUp();
    stream.start();
    for (let n = 0; n < 8; n += 1) {
      last().onopen?.();
      last().onclose?.();
      vi.advanceTimersByTime(20_000);
    }
    expect(stream.get().failures).toBeGreaterThanOrEqual(8);
  });

  it("tries both sites in turn while none answers, less and less often", () => {
    const { stream } = setUp();
    stream.start();
    for (let n = 0; n < 6; n += 1) {
      last().onclose?.();
      vi.advanceTimersByTime(20_000);
    }
    const urls = FakeSocket.made.map((socket) => new URL(socket.url).hostname);
    expect(urls.slice(0, 4)).toEqual(["a.test", "b.test", "a.test", "b.test"]);
    last().onclose?.();
    expect((stream.get().retryAt ?? 0) - Date.now()).toBeGreaterThan(2_000);
  });
});
