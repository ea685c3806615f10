import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import type { Rewind } from "../../../api/protection";
import { loadWords, setLanguage, startLanguages } from "../../../i18n";
import { showPage } from "../../../test-page";
import { RewindPage } from "./rewind-page";

const outcome = { done: 3, objects: 2, already_so: 0, changed_since: 0, kept: 0, left_over: [], left_over_count: 0 };

beforeAll(async () => {
  await startLanguages();
  await loadWords("protection");
  await setLanguage("en");
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("asks how far a rewind is, and for the rewind itself only when that is over", async () => {
  vi.useFakeTimers();
  let isOver = false;
  const rewind = (): Partial<Rewind> => ({
    rewind_id: "r", selection: { moment: { to: 0 } }, note: "n", state: isOver ? "completed" : "approved", proposed_by: "a", proposed_at: 0,
    approved_by: "b", approved_at: 0, withdrawn_by: null, completed_at: isOver ? 1 : null, outcome: isOver ? outcome : null,
  });
  const { asked } = showPage(<RewindPage id="r" />, {
    query: (path) => {
      if (path.endsWith("/rewind-progress")) {
        return { state: isOver ? "completed" : "approved", done: 1, to_do: 3 };
      }
      return { items: path.endsWith("/rewind-list") ? [rewind()] : [], next: null };
    },
  });
  const pass = (ms: number): Promise<unknown> => act(() => vi.advanceTimersByTimeAsync(ms));
  const times = (noun: string): number => asked.filter(({ path }) => path.endsWith(`/${noun}`)).length;
  await pass(100);
  await pass(5_000);
  expect(times("rewind-list")).toBe(1);
  expect(times("rewind-progress")).toBeGreaterThan(3);
  isOver = true;
  await pass(1_100);
  await pass(100);
  expect(times("rewind-list")).toBe(2);
  expect(screen.getByRole("heading", { name: "What it came to" })).toBeTruthy();
  const polled = times("rewind-progress");
  await pass(5_000);
  expect(times("rewind-progress")).toBe(polled);
});
