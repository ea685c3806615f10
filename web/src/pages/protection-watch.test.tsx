import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { StreamEvent } from "../api/types";
import { Workspace, type WorkspaceDoors } from "../chat/workspace";
import { loadWords, startLanguages } from "../i18n";
import { type Shown, refusal, showPage } from "../test-page";
import ProtectionWatch from "./protection-watch";

const outbox = { get: () => [] };
const membership = { id: "w", name: "Harbour", person: { id: "me", name: "Me", handle: "me", permissions: ["protection.manage"] } };
const raised = (alarm: string): StreamEvent => ({ kind: "alarm-raised", v: 1, data: { alarm_id: alarm, person_id: "ann", level: "high" } }) as StreamEvent;
const closed = (alarm: string): StreamEvent => ({ kind: "alarm-closed", v: 1, data: { alarm_id: alarm, person_id: "ann" } }) as StreamEvent;

let workspace: Workspace;
let open: string[];
let isDown: boolean;
let shown: Shown;
let seq: number;

async function happens(...events: StreamEvent[]): Promise<void> {
  await act(async () => {
    for (const event of events) {
      seq += 1;
      workspace.take({ kind: "entry", frame: { partition: "w/protection", seq, time: 0, actor: {}, command: "c", events: [event] } });
    }
    await vi.advanceTimersByTimeAsync(250);
  });
}
const banner = (): string | undefined => document.querySelector<HTMLElement>("[data-high-alarm]")?.dataset["highAlarm"];
const asked = (): number => shown.asked.filter(({ path }) => path.endsWith("/alarm-list")).length;

beforeAll(async () => {
  await startLanguages();
  await loadWords("protection");
});
beforeEach(async () => {
  vi.useFakeTimers();
  open = [];
  isDown = false;
  seq = 0;
  const transport = { query: async () => { throw refusal("unreachable", 503); } };
  workspace = new Workspace(membership as never, { outbox, transport, database: {} } as unknown as WorkspaceDoors);
  shown = showPage(<ProtectionWatch />, {
    query: () => {
      if (isDown) {
        throw refusal("unreachable", 503);
      }
      return { items: open.map((alarm_id) => ({ alarm_id })), next: null };
    },
  }, workspace);
  await happens();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("the watch over alarms", () => {
  it("shows a high alarm that is open, until somebody has judged it", async () => {
    open = ["a"];
    await happens(raised("a"));
    expect(banner()).toBe("a");
    expect(workspace.openAlarms.get()).toBe("1");
    // Whatever the site still says of open ones.
    await happens(closed("a"));
    expect(banner()).toBeUndefined();
  });

  it("does not show what was judged while this page was away", async () => {
    await happens(raised("a"));
    expect(banner()).toBeUndefined();
  });

  it("goes on showing an alarm when another one is closed", async () => {
    open = ["b"];
    await happens(raised("a"), raised("b"), closed("a"));
    expect(banner()).toBe("b");
  });

  it("asks once for many events, and again after a failure", async () => {
    const before = asked();
    open = ["a"];
    isDown = true;
    await happens(raised("a"), raised("a"), raised("a"));
    expect(asked()).toBe(before + 1);
    // Not knowing better, it is shown.
    expect(banner()).toBe("a");
    isDown = false;
    open = [];
    await act(() => vi.advanceTimersByTimeAsync(3_100));
    expect(asked()).toBe(before + 2);
    expect(banner()).toBeUndefined();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
