import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Availability } from "../../../../api/continuity";
import { loadWords, startLanguages } from "../../../../i18n";
import type { CommandRequest } from "../../../../sync/transport";
import { type Parameters, type Shown, refusal, showPage } from "../../../../test-page";
import AvailabilityPage from "./availability-page";
import { FROM, LENGTH_MS, availability, figure } from "./test-figures";

const exclusion = {
  exclusion_id: "e1", from: FROM, until: FROM + 3_600_000, reason: "new switches", declared_by: "Ayu",
  declared_at: FROM + 7_200_000, declared_afterwards: true,
};
const measured = availability({
  overall: figure(60_000, 0),
  modules: [
    {
      module: "messaging", ...figure(60_000, 0),
      steps: [{ step: "post", ...figure(60_000, 0), sites: [{ site: "a", ...figure(90_000, 0) }, { site: "b", ...figure(0, LENGTH_MS) }] }],
    },
  ],
  days: [{ day: FROM, down_ms: 60_000, unmeasured_ms: 0 }],
  exclusions: [exclusion],
});

let orders: CommandRequest[] = [];

function show(answer: (parameters: Parameters) => Availability): Shown {
  return showPage(<AvailabilityPage />, {
    query: (_, parameters) => answer(parameters),
    command: async (order) => {
      orders.push(order);
      return { command_id: order.id, seq: 7, site: "a", durability: "protected", answer: {} };
    },
  });
}

const overall = (): HTMLElement => screen.getByRole("region", { name: "The whole installation" });

beforeAll(async () => {
  await startLanguages();
  await loadWords("continuity");
  window.matchMedia = (query) => ({ matches: false, media: query, addListener: () => undefined, removeListener: () => undefined, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function (this: HTMLDialogElement) {
    this.open = false;
  };
});
beforeEach(() => {
  orders = [];
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("the availability page", () => {
  it("holds the figure against the promise, with the budget in words", async () => {
    show(() => measured);
    await screen.findByText("Promise kept", { selector: ".overall .verdict" });
    expect(overall().textContent).toContain("99.9976%");
    expect(overall().textContent).toMatch(/Used: 1 min 0 sec.* \(23%\).*Left: 3 min/);
    expect(screen.getByText("Available: 99.9976%").getAttribute("role")).toBe("status");
  });

  it("says that the budget was exceeded, and by how much", async () => {
    show(() => availability({ overall: figure(600_000, 0) }));
    await screen.findByText("Promise missed");
    expect(overall().textContent).toMatch(/Exceeded by 5 min/);
  });

  it("does not take for kept what nobody measured", async () => {
    show(() => availability({ overall: figure(0, 3_600_000) }));
    await screen.findByText("Kept as far as measured");
    expect(overall().className).not.toContain("overall-good");
    expect(screen.getByText(/a day without a bar is not proof of a good day/).textContent).toContain("1 hr");
  });

  it("opens modules to their steps, and steps to their sites", async () => {
    show(() => measured);
    const module = await screen.findByRole("button", { name: "Messages" });
    expect(module.getAttribute("aria-expanded")).toBe("false");
    fireEvent.click(module);
    expect(module.getAttribute("aria-expanded")).toBe("true");
    fireEvent.click(screen.getByRole("button", { name: "Post a message" }));
    const row = screen.getByRole("rowheader", { name: "Site b" }).closest("tr");
    expect(within(row as HTMLElement).getAllByText("Not measured")).toHaveLength(3);
    // A site by itself promises nothing.
    expect(row?.querySelector(".verdict")).toBeNull();
  });

  it("says before anything was measured when the first figures come", async () => {
    const at = Date.now();
    const { asked } = show(({ from, until }) => {
      expect(Number(until) - Number(from)).toBe(LENGTH_MS);
      return availability({ from: at, until: at, overall: { ...figure(0, LENGTH_MS), unmeasured_ms: 0 } });
    });
    await screen.findByText("Nothing measured yet");
    expect(screen.getByText(/about five minutes/)).toBeTruthy();
    expect(screen.queryByRole("region", { name: "The whole installation" })).toBeNull();
    expect(asked).toHaveLength(1);
  });

  it("asks for a period of one's own once that is one", async () => {
    const { asked } = show(() => measured);
    await screen.findByText("Promise kept", { selector: ".overall .verdict" });
    fireEvent.click(screen.getByRole("button", { name: "Own period" }));
    fireEvent.change(screen.getByLabelText("From"), { target: { value: "2026-03-02T00:00:00" } });
    fireEvent.change(screen.getByLabelText("Until"), { target: { value: "2026-03-01T00:00:00" } });
    fireEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(screen.getByRole("alert").textContent).toContain("after the beginning");
    expect(asked).toHaveLength(1);
    fireEvent.change(screen.getByLabelText("Until"), { target: { value: "2026-03-03T00:00:00" } });
    fireEvent.click(screen.getByRole("button", { name: "Show" }));
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(Number(asked[1]?.parameters["until"]) - Number(asked[1]?.parameters["from"])).toBe(86_400_000);
  });

  it("goes on showing what it had, as old news, when no site answers any more", async () => {
    let isUp = true;
    const { queries } = show(() => {
      if (!isUp) {
        throw refusal("unreachable", 0);
      }
      return measured;
    });
    await screen.findByText("Promise kept", { selector: ".overall .verdict" });
    isUp = false;
    await queries.refetchQueries();
    expect((await screen.findByRole("alert")).textContent).toContain("Old news");
    expect(overall().textContent).toContain("99.9976%");
  });

  it("says why there is nothing to show, with a way on", async () => {
    let isUp = false;
    show(() => {
      if (!isUp) {
        throw refusal("unreachable", 0);
      }
      return measured;
    });
    const again = await screen.findByRole("button", { name: "Try again" });
    isUp = true;
    fireEvent.click(again);
    await screen.findByText("Promise kept", { selector: ".overall .verdict" });
  });
});

describe("exclusions", () => {
  it("are listed with who, when, why, and that it was afterwards", async () => {
    show(() => measured);
    const item = (await screen.findByText("new switches")).closest("li");
    expect(item?.textContent).toMatch(/1 hr.*Declared afterwards.*Declared by Ayu/);
  });

  it("are withdrawn once that is confirmed, of the whole installation", async () => {
    const { asked } = show(() => measured);
    fireEvent.click(await screen.findByRole("button", { name: /^Withdraw/ }));
    expect(orders).toEqual([]);
    fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Withdraw" }));
    await waitFor(() => expect(orders).toHaveLength(1));
    expect(orders[0]).toMatchObject({ module: "continuity", verb: "withdraw-exclusion", command: { exclusion_id: "e1" } });
    expect(orders[0]).not.toHaveProperty("workspace_id");
    // What is asked from now on knows of it.
    await waitFor(() => expect(asked.at(-1)?.parameters["min_seq"]).toBe(7));
  });

  it("are declared after a look at what is meant", async () => {
    show(() => measured);
    fireEvent.click(await screen.findByRole("button", { name: "Declare a time" }));
    const dialog = within(screen.getByRole("dialog"));
    fireEvent.change(dialog.getByLabelText("From"), { target: { value: "2026-03-01T10:00:00" } });
    fireEvent.change(dialog.getByLabelText("Until"), { target: { value: "2026-03-01T12:00:00" } });
    fireEvent.submit(dialog.getByLabelText("Reason").closest("form") as HTMLFormElement);
    expect(dialog.getByText("Give a reason.")).toBeTruthy();
    expect(dialog.getByLabelText("Reason").getAttribute("aria-invalid")).toBe("true");
    fireEvent.change(dialog.getByLabelText("Reason"), { target: { value: " new switches " } });
    fireEvent.submit(dialog.getByLabelText("Reason").closest("form") as HTMLFormElement);
    expect(dialog.getByText(/2 hr.* will not count/)).toBeTruthy();
    expect(dialog.getByText(/will be marked/)).toBeTruthy();
    expect(orders).toEqual([]);
    fireEvent.click(dialog.getByRole("button", { name: "Declare" }));
    await waitFor(() => expect(orders).toHaveLength(1));
    const { from, until, reason } = orders[0]?.command as { from: number; until: number; reason: string };
    expect([until - from, reason]).toEqual([7_200_000, "new switches"]);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});
