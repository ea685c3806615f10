import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, expect, it } from "vitest";
import { loadWords, startLanguages } from "../../i18n";
import { type Parameters, refusal, showPage } from "../../test-page";
import HistoryPage from "./history-page";

/** The site's clock is an hour behind this device's. */
const siteNow = (): number => Date.now() - 3_600_000;
const FOUNDED = Date.now() - 10 * 86_400_000;
const change = { module: "directory", seq: 1, time: FOUNDED, actor: {}, command: "c", events: [{ kind: "workspace-founded", objects: {} }] };

function answer(path: string, { moment, to, order }: Parameters): unknown {
  if (Number(moment ?? to ?? 0) > siteNow()) {
    throw refusal("moment_in_future", 400);
  }
  return path.endsWith("/workspace-changes") && (order === "oldest_first" || to === undefined) ? { items: [change], next: null } : { items: [], next: null };
}

beforeAll(async () => {
  await startLanguages();
  await loadWords("history");
  window.matchMedia = (query) => ({ matches: false, media: query, addListener: () => undefined, removeListener: () => undefined, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
});
afterEach(cleanup);

it("is at the site's now until it is moved, and again at the slider's end", async () => {
  const { asked } = showPage(<HistoryPage />, { query: answer });
  const slider = await screen.findByRole<HTMLInputElement>("slider");
  await screen.findByText("founded the workspace");
  expect(asked.filter(({ parameters }) => "moment" in parameters || "to" in parameters)).toEqual([]);
  expect(screen.queryByRole("alert")).toBeNull();

  const middle = Number(slider.max) - 100 * Number(slider.step);
  act(() => void fireEvent.change(slider, { target: { value: String(middle) } }));
  await waitFor(() => expect(asked.some(({ parameters }) => parameters["moment"] === middle)).toBe(true));
  const before = asked.length;
  act(() => void fireEvent.change(slider, { target: { value: slider.max } }));
  await screen.findByText("founded the workspace");
  expect(asked.slice(before).filter(({ parameters }) => Number(parameters["moment"] ?? parameters["to"] ?? 0) > middle)).toEqual([]);
  expect(screen.queryByRole("alert")).toBeNull();
});
