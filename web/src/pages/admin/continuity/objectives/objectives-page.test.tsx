import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ObjectiveStandings } from "../../../../api/programme";
import { loadWords, startLanguages } from "../../../../i18n";
import { showPage } from "../../../../test-page";
import ObjectivesPage from "./objectives-page";

const standings: ObjectiveStandings = {
  counts: { met: 0, at_risk: 0, breached: 1, never_proven: 0, without_objective: 4 }, next: null, total: 1,
  items: [
    {
      asset_id: "a", key: "mail", name: "Mail", class: 1, state: "breached", exceeds_tolerance: true,
      rto: { target_ms: 60_000, measured_ms: 120_000, measured_by: "drill", state: "breached" },
      rpo: { target_ms: 0, measured_ms: null, measured_by: null, state: "at_risk" },
      proof: { drill_id: "d", scenario: "site-loss", ended_at: 1, age_ms: 9, is_too_old: true, lost: 0 },
    },
  ],
};

beforeAll(async () => {
  await startLanguages();
  await loadWords("continuity");
  await loadWords("programme");
});
afterEach(cleanup);

describe("the objectives page", () => {
  it("holds each promise against what measured it, and says how old the proof is", async () => {
    showPage(<ObjectivesPage />, { query: () => standings });
    const row = (await screen.findByRole("rowheader", { name: /Mail/ })).closest("tr")?.textContent;
    expect(row).toMatch(/Breached.*measured 2 min.*by a drill.*promised 1 min.*not measured.*too old/);
    expect(screen.getByText("4 without an objective")).toBeTruthy();
  });

  it("asks for those that stand as chosen", async () => {
    const { asked } = showPage(<ObjectivesPage />, { query: () => standings });
    fireEvent.change(await screen.findByRole("combobox"), { target: { value: "never_proven" } });
    await waitFor(() => expect(asked.at(-1)?.parameters).toEqual({ state: "never_proven" }));
  });
});
