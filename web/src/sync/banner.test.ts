import { describe, expect, it } from "vitest";
import { BACK_SHOWN_MS, MENTIONED_AFTER_MS, NOTHING_REMEMBERED, banner, remember } from "./banner";
import { STOPPED, type StreamView } from "./stream";

const UP: StreamView = { ...STOPPED, phase: "open", isCaughtUp: true };
const DOWN: StreamView = { ...STOPPED, phase: "waiting", retryAt: 9_000 };
const BEHIND: StreamView = { ...STOPPED, phase: "open", catchingUp: 12 };

describe("the banner", () => {
  const up = remember(NOTHING_REMEMBERED, UP, 0);

  it("does not mention short interruptions, nor their end", () => {
    const down = remember(up, DOWN, 1_000);
    expect(banner(down, DOWN, false, 1_000 + MENTIONED_AFTER_MS - 1).kind).toBe("none");
    const again = remember(down, UP, 1_000 + MENTIONED_AFTER_MS - 1);
    expect(banner(again, UP, false, 1_500).kind).toBe("none");
  });

  it("tells reconnecting from offline", () => {
    const down = remember(up, DOWN, 1_000);
    expect(banner(down, DOWN, false, 2_000)).toEqual({ kind: "reconnecting", retryAt: 9_000 });
    expect(banner(down, DOWN, true, 2_000)).toEqual({ kind: "offline", retryAt: 9_000 });
  });

  it("counts while catching up and then says for a while that all is well", () => {
    const down = remember(up, DOWN, 1_000);
    const behind = remember(down, BEHIND, 3_000);
    expect(banner(behind, BEHIND, false, 3_000)).toEqual({ kind: "catching-up", entries: 12 });
    const back = remember(behind, UP, 4_000);
    expect(banner(back, UP, false, 4_000 + BACK_SHOWN_MS - 1).kind).toBe("back");
    expect(banner(back, UP, false, 4_000 + BACK_SHOWN_MS).kind).toBe("none");
  });

  it("does not celebrate the first connection", () => {
    const first = remember(remember(NOTHING_REMEMBERED, DOWN, 0), UP, 2_000);
    expect(banner(first, UP, false, 2_000).kind).toBe("none");
  });
});
