import { describe, expect, it } from "vitest";
import { BACKOFF_CAP_MS, backoffMs } from "./backoff";
import { type OutboxItem, SENDING_SHOWN_AFTER_MS, begun, canTakeBack, due, recovered, settled, shownState } from "./outbox-item";
import { noAnswer, outcomeOf } from "./outcome";

function item(change: Partial<OutboxItem> = {}): OutboxItem {
  return {
    id: "1", lane: "l", order: 1, module: "messaging", verb: "post-message", command: {}, created_at: 0,
    state: "queued", attempts: 0, possibly_written: false, at: 0, ...change,
  };
}

describe("the six states", () => {
  const answer = { command_id: "1", seq: 7, site: "a", durability: "stored_here" as const, answer: {} };

  it("are told apart", () => {
    const sending = begun(item(), 1_000);
    expect(shownState(item(), false, 0)).toBe("queued");
    expect(shownState(sending, false, 1_000 + SENDING_SHOWN_AFTER_MS - 1)).toBe("queued");
    expect(shownState(sending, false, 1_000 + SENDING_SHOWN_AFTER_MS)).toBe("sending");
    const answered = settled(sending, { kind: "answered", answer }, 1_100, 0);
    expect(shownState(answered, false, 0)).toBe("sent");
    expect(shownState(answered, true, 0)).toBe("safe");
    expect(shownState(settled(sending, noAnswer("timed_out"), 1_100, 0), false, 0)).toBe("retrying");
    const refused = settled(sending, { kind: "refused", problem: { status: 403, code: "not_permitted" } }, 1_100, 0);
    expect(shownState(refused, false, 0)).toBe("failed");
  });

  it("do not flicker between attempts", () => {
    const again = begun(settled(begun(item(), 0), noAnswer("unreachable"), 10, 0), 20);
    expect(shownState(again, false, 21)).toBe("retrying");
  });
});

describe("what an answer means", () => {
  it.each([
    [200, { command_id: "x" }, "answered"],
    [200, "<html>", "retry"],
    [401, { code: "session_ended" }, "signed-out"],
    [403, { code: "not_permitted" }, "refused"],
    [403, { code: "quarantined" }, "refused"],
    [404, { code: "conversation_not_found" }, "refused"],
    [409, { code: "command_id_reused" }, "refused"],
    [413, { code: "too_large" }, "refused"],
    [422, { code: "malformed" }, "refused"],
    [429, { code: "too_many_requests" }, "retry"],
    [500, { code: "answer_not_serialisable" }, "refused"],
    [500, null, "retry"],
    [502, null, "retry"],
    [503, { code: "unavailable" }, "retry"],
    [503, { code: "outcome_unknown" }, "retry"],
  ])("%s %j is %s", (status, body, kind) => {
    expect(outcomeOf(status, body).kind).toBe(kind);
  });

  it("says whether it may have been written", () => {
    expect(outcomeOf(503, { code: "unavailable" })).toMatchObject({ written: "no" });
    expect(outcomeOf(429, {})).toMatchObject({ written: "no" });
    expect(outcomeOf(503, { code: "outcome_unknown" })).toMatchObject({ written: "unknown" });
    expect(outcomeOf(504, null)).toMatchObject({ written: "unknown" });
  });

  it("once unknown stays unknown until it is answered", () => {
    const unknown = settled(begun(item(), 0), noAnswer("timed_out"), 1, 0);
    const saidNo = settled(begun(unknown, 2), outcomeOf(503, { code: "unavailable" }), 3, 0);
    expect(saidNo.possibly_written).toBe(true);
    expect(canTakeBack(saidNo)).toBe(false);
  });
});

describe("after a crash", () => {
  it("an attempt under way is unknown, anything else is as it was", () => {
    expect(recovered(begun(item(), 5), 9)).toMatchObject({ state: "waiting", possibly_written: true, at: 9 });
    expect(recovered(item(), 9)).toEqual(item());
  });
});

describe("what may be sent now", () => {
  it("is the first open command of each lane", () => {
    const items = [
      item({ id: "b", order: 2 }),
      item({ id: "a", order: 1, state: "refused" }),
      item({ id: "c", order: 3, lane: "m", state: "waiting", at: 50 }),
      item({ id: "d", order: 4, lane: "m" }),
      item({ id: "e", order: 5, lane: "n", state: "sending" }),
      item({ id: "f", order: 6, lane: "n" }),
    ];
    expect(due(items, 10).map(({ id }) => id)).toEqual(["b"]);
    expect(due(items, 50).map(({ id }) => id)).toEqual(["b", "c"]);
  });
});

describe("waiting times", () => {
  it("use the whole range below a growing ceiling", () => {
    expect(backoffMs(1, 0)).toBe(0);
    expect(backoffMs(1, 0.999)).toBeLessThan(500);
    expect(backoffMs(30, 0.999_999)).toBeLessThanOrEqual(BACKOFF_CAP_MS);
    expect(backoffMs(30, 0.5)).toBe(BACKOFF_CAP_MS / 2);
  });

  it("are never shorter than a site asked for", () => {
    for (let random = 0; random < 1; random += 0.1) {
      expect(backoffMs(1, random, 2_000)).toBeGreaterThanOrEqual(2_000);
      expect(backoffMs(1, random, 2_000)).toBeLessThan(3_000);
    }
  });
});
