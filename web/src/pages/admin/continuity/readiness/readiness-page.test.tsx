import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Check, Readiness, RolloutPlan } from "../../../../api/programme";
import { loadWords, startLanguages } from "../../../../i18n";
import type { CommandRequest } from "../../../../sync/transport";
import { refusal, showPage, testWorkspace } from "../../../../test-page";
import ReadinessPage, { inOrder } from "./readiness-page";

const check = (more: Partial<Check>): Check => ({
  name: "asset-owner", weight: 5, asks: "asks", state: "ok", share: 1_000, gaps: [], gap_count: 0, fix: "fix", reason: null, ...more,
});
const readiness: Readiness = {
  at: 1, score: 37, is_ready: false,
  checks: [
    check({}),
    check({ name: "copies", state: "not_known", share: 0, reason: "The engine does not answer." }),
    check({ name: "asset-impact", state: "missing", share: 0, gap_count: 60, gaps: [{ what: "mail", detail: "Nobody answered.", asset_id: "a" }] }),
  ],
};
const plan: RolloutPlan = {
  begins_at: 1, day: 3, done: 0, total: 2,
  tasks: [
    { name: "announce", day: 1, due_at: 2, means: "m", done_by: "person", is_done: false, is_overdue: true },
    { name: "owners", day: 5, due_at: 9, means: "m", done_by: { check: "asset-owner" }, is_done: false, is_overdue: false },
  ],
};

let orders: CommandRequest[] = [];

function show(mayManage: boolean, query?: (path: string) => unknown): void {
  orders = [];
  showPage(
    <ReadinessPage />,
    {
      query: query ?? ((path) => (path.endsWith("readiness") ? readiness : plan)),
      command: async (order) => {
        orders.push(order);
        return { command_id: order.id, seq: 7, site: "a", durability: "protected", answer: {} };
      },
    },
    testWorkspace({ may: (permission: string) => mayManage || permission === "programme.read" }),
  );
}

beforeAll(async () => {
  await startLanguages();
  await loadWords("continuity");
  await loadWords("programme");
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function (this: HTMLDialogElement) {
    this.open = false;
  };
});
afterEach(cleanup);

describe("the readiness page", () => {
  it("puts what is missing first and what is in order last", () => {
    expect(inOrder(readiness.checks).map(({ state }) => state)).toEqual(["missing", "not_known", "ok"]);
  });

  it("says the score, what is not protected, and what nobody knows", async () => {
    show(false);
    await screen.findByText("Score: 37 of 100");
    expect(screen.getByText("2 checks are not in order")).toBeTruthy();
    expect(screen.getByText("60 things are not protected")).toBeTruthy();
    expect(screen.getByText("and 59 more")).toBeTruthy();
    expect(screen.getByText("The engine does not answer.").getAttribute("lang")).toBe("en");
  });

  it("lets people tick only what no fact shows, with a note", async () => {
    show(true);
    fireEvent.click(await screen.findByRole("button", { name: /Mark as done/ }));
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Write a few words.")).toBeTruthy();
    expect(orders).toEqual([]);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "told at noon" } });
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(orders).toHaveLength(1));
    expect(orders[0]).toMatchObject({ module: "programme", verb: "tick-task", command: { task: "announce", is_done: true, note: "told at noon" } });
  });

  it("offers no ticks to those who only read", async () => {
    show(false);
    await screen.findByText("a person");
    expect(screen.queryByRole("button", { name: /Mark as done/ })).toBeNull();
  });

  it("tells those who may not", async () => {
    show(false, () => {
      throw refusal("not_permitted", 403);
    });
    expect(await screen.findByText("You are not allowed to do this.")).toBeTruthy();
  });
});
