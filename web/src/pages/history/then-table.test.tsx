import { cleanup, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadWords, startLanguages } from "../../i18n";
import { type Parameters, type Shown, refusal, showPage } from "../../test-page";
import { MessagesThen } from "./messages-then";
import { ThenTable } from "./then-table";

interface Row {
  id: string;
  name: string;
}

const MOMENT = 1_700_000_000_000;
const row = (name: string): Row => ({ id: name.charAt(0), name });

function table(answer: (isThen: boolean) => unknown): Shown {
  const columns = [{ title: "Name", text: (each: Row): string => each.name }];
  return showPage(<ThenTable<Row> label="Rows" path="/rows" moment={MOMENT} rowKey={(each) => each.id} columns={columns} />, {
    query: (_, parameters) => answer(parameters["moment"] !== undefined),
  });
}

const lines = (): string[] => [...document.querySelectorAll(".history-row")].map((line) => line.textContent ?? "");

beforeAll(async () => {
  await startLanguages();
  await loadWords("history");
  // Tables of antd ask how wide the window is.
  window.matchMedia = (query) => ({ matches: false, media: query, addListener: () => undefined, removeListener: () => undefined, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
});
afterEach(cleanup);

describe("a list of then", () => {
  it("marks what is gone and what is new", async () => {
    table((isThen) => ({ items: isThen ? [row("ann")] : [row("ben")], next: null }));
    await waitFor(() => expect(lines()).toEqual(["ann no longer there", "ben not there yet"]));
  });

  it.each([true, false])("marks nothing gone or new where there is more than was read (then: %s)", async (isLongThen) => {
    let id = 0;
    const next = (name: string): Row => ({ id: String((id += 1)), name });
    table((isThen) => ({ items: [next(isThen ? "ann" : "ben")], next: isThen === isLongThen ? "more" : null }));
    await waitFor(() => expect(document.querySelectorAll(".history-row.is-new, .history-row.is-gone")).toHaveLength(0));
    await waitFor(() => expect(lines().every((line) => line === "ann")).toBe(true));
    expect(lines().length).toBeGreaterThan(0);
  });

  it.each(["not_permitted", "group_not_found"])("is gone for whoever is refused now with %s", async (code) => {
    table((isThen) => {
      if (!isThen) {
        throw refusal(code);
      }
      return { items: [row("ann")], next: null };
    });
    await waitFor(() => expect(lines()).toEqual(["ann no longer there"]), { timeout: 4_000 });
  });

  it("has no marks where now could not be read, and says why", async () => {
    table((isThen) => {
      if (!isThen) {
        throw refusal("timed_out", 504);
      }
      return { items: [row("ann")], next: null };
    });
    await screen.findByRole("alert", {}, { timeout: 4_000 });
    expect(lines()).toEqual(["ann"]);
  });
});

describe("messages of then", () => {
  const message = (position: number): Parameters => ({ id: `m${position}`, position, author: "a", text: `text ${position}`, time: MOMENT });

  it("stand beside the same messages of now, not beside the last ones", async () => {
    const { asked } = showPage(<MessagesThen moment={MOMENT} conversation="c" />, {
      query: (_, { moment, after }) => {
        const first = moment === undefined ? Number(after) + 1 : 301;
        const items = Array.from({ length: 3 }, (__, index) => message(first + index));
        return { items, has_before: true, has_after: moment === undefined, last_position: 900 };
      },
    });
    await waitFor(() => expect(lines()).toHaveLength(3));
    await waitFor(() => expect(lines().every((line) => line.endsWith("as it is now"))).toBe(true));
    expect(asked[1]?.parameters).toEqual({ conversation_id: "c", limit: 200, after: 300 });
    expect(screen.getByText(/there were earlier ones/)).toBeTruthy();
  });

  it("of a conversation that had none yet are all new", async () => {
    const { asked } = showPage(<MessagesThen moment={MOMENT} conversation="c" />, {
      query: (_, { moment }) => ({ items: moment === undefined ? [message(1)] : [], has_before: false, has_after: false, last_position: 1 }),
    });
    await waitFor(() => expect(lines().map((line) => line.endsWith("not there yet"))).toEqual([true]));
    expect(asked[1]?.parameters["after"]).toBe(0);
  });
});
