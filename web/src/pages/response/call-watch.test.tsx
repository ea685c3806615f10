import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { loadWords, setLanguage, startLanguages } from "../../i18n";
import { Store } from "../../chat/store";
import { TestOutbox, refusal, showPage, testWorkspace } from "../../test-page";
import CallWatch from "./call-watch";

const NOW = 1_000_000;
const call = (call_id: string, more: object = {}): object => ({
  call_id,
  purpose: { incident: { incident_id: "i" } },
  text: "The north hall is dark",
  placed_by: "ann",
  placed_at: NOW,
  ends_at: NOW + 600_000,
  own: { person_id: "me", first_told_at: NOW, last_told_at: NOW, times_told: 1, answered: null, is_gone: false },
  end: null,
  ...more,
});

let calls: object[];
let isDown: boolean;
let outbox: TestOutbox;
const response = new Store({ changes: 0, seq: 0 });

async function shown(): Promise<void> {
  showPage(
    <>
      <input aria-label="typing" />
      <CallWatch />
    </>,
    {
      query: (path) => {
        if (isDown) {
          throw refusal("unreachable", 503);
        }
        return path.endsWith("/call-list") ? { items: calls, next: null } : {};
      },
    },
    testWorkspace({ response, doors: { outbox }, openCalls: new Store(0) }),
  );
  await act(() => vi.advanceTimersByTimeAsync(250));
}
const happens = (): Promise<void> =>
  act(async () => {
    response.update(({ changes, seq }) => ({ changes: changes + 1, seq: seq + 1 }));
    await vi.advanceTimersByTimeAsync(250);
  });

beforeAll(async () => {
  await startLanguages();
  await loadWords("calling");
  await setLanguage("en");
});
beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  calls = [];
  isDown = false;
  outbox = new TestOutbox();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("tells who calls and why, and leaves the cursor where it is", async () => {
  await shown();
  expect(screen.queryByRole("alert")).toBeNull();
  screen.getByLabelText("typing").focus();
  calls = [call("a")];
  await happens();
  const alert = screen.getByRole("alert");
  expect(alert.textContent).toContain("The north hall is dark");
  expect(alert.textContent).toContain("person ann calls");
  expect(document.activeElement).toBe(screen.getByLabelText("typing"));
});

it("is answered once, also while no site can be reached", async () => {
  calls = [call("a")];
  await shown();
  isDown = true;
  fireEvent.click(screen.getByRole("button", { name: "I cannot now" }));
  await happens();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(outbox.get().map(({ module, verb, command }) => [module, verb, command])).toEqual([
    ["response", "acknowledge-call", { call_id: "a", answer: "cannot" }],
  ]);
});

it("shows a call again whose answer was refused", async () => {
  calls = [call("a")];
  await shown();
  fireEvent.click(screen.getByRole("button", { name: "Yes, I am there" }));
  await happens();
  expect(screen.queryByRole("alert")).toBeNull();
  await act(async () => outbox.settle({ state: "refused" }));
  expect(screen.getByRole("alert")).toBeTruthy();
});

it("keeps a call in sight when a site goes silent, and tells of reminders", async () => {
  calls = [call("a"), call("b")];
  await shown();
  isDown = true;
  await happens();
  expect(screen.getByRole("alert").textContent).toContain("1 more calls");
  isDown = false;
  calls = [call("a", { own: { times_told: 3, answered: null } })];
  await act(() => vi.advanceTimersByTimeAsync(3_100));
  expect(screen.getByRole("alert").textContent).toContain("Reminder 2");
});

it("goes when the call is over or somebody answered elsewhere", async () => {
  calls = [call("a", { ends_at: NOW + 10_000 }), call("b", { own: { times_told: 1, answered: { answer: "yes", at: NOW } } })];
  await shown();
  expect(screen.getByRole("alert").dataset["call"]).toBe("a");
  await act(() => vi.advanceTimersByTimeAsync(11_000));
  expect(screen.queryByRole("alert")).toBeNull();
});
