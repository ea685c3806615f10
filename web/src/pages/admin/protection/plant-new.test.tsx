import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { loadWords, setLanguage, startLanguages } from "../../../i18n";
import type { CommandRequest } from "../../../sync/transport";
import { type Shown, refusal, showPage } from "../../../test-page";
import { PlantNew } from "./plant-new";

/** Orders that wait for their answer. */
let waiting: { verb: string; answer(code?: string): void }[] = [];
let given: string[] = [];

const command = ({ verb }: CommandRequest): Promise<unknown> => {
  given.push(verb);
  return new Promise((resolve, reject) => {
    waiting.push({ verb, answer: (code) => (code === undefined ? resolve({ seq: 1 }) : reject(refusal(code, 403))) });
  });
};
const answer = async (code?: string): Promise<void> => {
  await waitFor(() => expect(waiting).toHaveLength(1));
  await act(async () => waiting.shift()?.answer(code));
};
const button = (): HTMLButtonElement => screen.getByRole("button", { name: "Make and plant", hidden: true });

function show(onClose: () => void): Shown {
  return showPage(<PlantNew onClose={onClose} />, { command });
}

beforeAll(async () => {
  await startLanguages();
  await loadWords("protection");
  await setLanguage("en");
  // jsdom has no dialogs.
  HTMLDialogElement.prototype.showModal ??= () => undefined;
  HTMLDialogElement.prototype.close ??= () => undefined;
});
beforeEach(() => {
  waiting = [];
  given = [];
});
afterEach(cleanup);

it("is busy from the first order to the last, and has lists fetched once", async () => {
  const onClose = vi.fn();
  const { queries } = show(onClose);
  const fetched = vi.spyOn(queries, "invalidateQueries");
  // Both before the button is drawn anew.
  act(() => {
    button().click();
    button().click();
  });
  await answer();
  expect(button().disabled).toBe(true);
  await answer();
  expect(fetched).not.toHaveBeenCalled();
  while (given.at(-1) !== "plant-canaries") {
    expect(button().disabled).toBe(true);
    await answer();
  }
  await answer();
  expect(onClose).toHaveBeenCalledTimes(1);
  expect(given.filter((verb) => verb === "create-folder")).toHaveLength(1);
  expect(fetched.mock.calls.map(([filter]) => filter?.queryKey)).toEqual([["w", "protection"], ["w", "directory"]]);
});

it("goes on after a refusal where it stopped", async () => {
  show(() => undefined);
  fireEvent.click(button());
  await answer();
  await answer("not_permitted");
  await screen.findByRole("alert", { hidden: true });
  expect(button().disabled).toBe(false);
  fireEvent.click(button());
  await answer();
  expect(given.slice(0, 3)).toEqual(["create-folder", "set-permissions", "set-permissions"]);
});
