import { cleanup, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadWords, setLanguage, startLanguages } from "../../../i18n";
import { type Shown, refusal, showPage } from "../../../test-page";
import { Canaries } from "./canaries";

function show(item: (query: string) => unknown): Shown {
  return showPage(<Canaries />, {
    query: (path) => {
      const query = path.slice(path.lastIndexOf("/") + 1);
      return query === "canary-list" ? { items: [{ item_id: "i", planted_by: "p", planted_at: 0 }], next: null } : item(query);
    },
  });
}
const askedOf = ({ asked }: Shown, query: string): number => asked.filter(({ path }) => path.endsWith(`/${query}`)).length;

beforeAll(async () => {
  await startLanguages();
  await loadWords("protection");
  await setLanguage("en");
});
afterEach(cleanup);

describe("what a canary is", () => {
  it.each(["document", "file"])("is told for a %s by one query", async (kind) => {
    const shown = show(() => ({ kind, title: "Minutes" }));
    expect((await screen.findByRole("link", { name: "Minutes" })).getAttribute("href")).toContain("/document/i");
    expect(askedOf(shown, "folder")).toBe(0);
  });

  it("is a folder where there is no such document", async () => {
    show((query) => {
      if (query === "document") {
        throw refusal("item_not_found");
      }
      return { items: [], next: null, name: "Archive" };
    });
    expect((await screen.findByRole("link", { name: "Archive" })).getAttribute("href")).toContain("/folder/i");
  });

  it("is said to be unreadable only where it was not found", async () => {
    show(() => {
      throw refusal("item_not_found");
    });
    expect(await screen.findByText(/you may not read it/)).toBeTruthy();
  });

  it("is not guessed after another failure", async () => {
    const shown = show(() => {
      throw refusal("timed_out", 504);
    });
    await waitFor(() => expect(askedOf(shown, "document")).toBe(1));
    await screen.findByText("i");
    expect(askedOf(shown, "folder")).toBe(0);
    expect(screen.queryByText(/you may not read it/)).toBeNull();
  });
});
