import { cleanup, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { loadWords, setLanguage, startLanguages } from "../../../i18n";
import { showPage, testWorkspace } from "../../../test-page";
import { Alarms } from "./alarms";

beforeAll(async () => {
  await startLanguages();
  await loadWords("protection");
  await setLanguage("en");
});
afterEach(cleanup);

it("asks anew for whomever an alarm is about: whether they are in quarantine may have changed", async () => {
  const stale = vi.fn();
  const workspace = testWorkspace();
  Object.assign(workspace.roster, { stale });
  const finding = { module: "documents", first_at: 0, reasons: [], objects_hit: 1 };
  const alarm = (id: string, person: string): object => ({ alarm_id: id, person_id: person, level: "high", raised_at: 0, finding });
  showPage(<Alarms />, { query: () => ({ items: [alarm("a", "ann"), alarm("b", "ann"), alarm("c", "ben")], next: null }) }, workspace);
  await screen.findByRole("heading", { name: "person ben" });
  await waitFor(() => expect(stale.mock.calls).toEqual([["ann"], ["ben"]]));
});
