import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Status, TimelineNote, Vault } from "../../api/types";
import { type App, AppContext } from "../../app-context";
import { startLanguages } from "../../i18n";
import { VaultAlert, VaultPanel } from "./vault-panel";

const NOW = 1_700_000_000_000;
const WORKSPACE = "11111111-0000-7000-8000-000000000001";
const INSTALLATION = "00000000-0000-0000-0000-000000000000";

const session = { account: { operator: true }, workspaces: [{ id: WORKSPACE, name: "Harbour" }] };
const app = { sessions: { get: () => session, subscribe: () => () => undefined } } as unknown as App;

const vault = (change: Partial<Vault> = {}): Vault => ({
  alarm: null,
  rpo_seconds: 2,
  backlog: 5,
  last_contact: NOW - 3_000,
  last_success: NOW - 9_000,
  failure: null,
  custodians: { count: 3, threshold: 2, names: ["Share one", "Share two", "Share three"] },
  custodians_departed: [],
  partitions: [
    { partition: `${WORKSPACE}/messaging`, sealed_seq: 40, backlog: 5, rpo_seconds: 2, last_success: NOW - 9_000, files_waiting: 0, failure: "no way" },
    { partition: `${INSTALLATION}/installation`, sealed_seq: null, backlog: 0, rpo_seconds: null, last_success: null, files_waiting: 0, failure: null },
  ],
  ...change,
});

function status(of: Vault | null): Status {
  return {
    site: "a", sites: [], engine: {}, durability: "protected", rpo_now_seconds: 0, partitions: [], modules: {}, vault: of,
  };
}

interface Shown {
  isStale?: boolean;
  now?: number;
  notes?: TimelineNote[];
}

function panel(of: Vault | null, { isStale = false, now = NOW, notes = [] }: Shown = {}): ReactElement {
  return (
    <AppContext value={app}>
      <VaultAlert vault={of} isStale={isStale} />
      <VaultPanel status={status(of)} saidAt={NOW} isStale={isStale} notes={notes} now={now} />
    </AppContext>
  );
}

const region = (): HTMLElement => screen.getByRole("region", { name: "Vault" });
const alarm = (): string => screen.getByRole("alert").textContent ?? "";

beforeAll(startLanguages);
afterEach(cleanup);

describe("the vault's panel", () => {
  it("says where there is no vault that nothing leaves the sites, and where to read on", () => {
    render(panel(null));
    expect(region().dataset["vault"]).toBe("absent");
    expect(region().textContent).toContain("No vault");
    expect(region().textContent).toContain("Nothing leaves the sites");
    expect(region().textContent).toContain("docs/OPERATING.md");
    expect(alarm()).toBe("");
  });

  it("tells what waits, how old it is by now, and who can open the vault", () => {
    const { rerender } = render(panel(vault()));
    expect(region().dataset["vault"]).toBe("good");
    expect(region().querySelector("[data-vault-rpo]")?.textContent).toContain("2 sec");
    rerender(panel(vault(), { now: NOW + 6_000 }));
    expect(region().querySelector("[data-vault-rpo]")?.textContent).toContain("8 sec");
    expect(region().textContent).toContain("15 seconds ago");
    expect(region().textContent).toContain("any 2 of 3 custodians");
    expect(region().textContent).toContain("Share one, Share two, Share three");
    expect(alarm()).toBe("");
  });

  it.each([
    ["silent", "The vault is silent"],
    ["behind", "The vault is behind"],
    ["trust_missing", "The vault lacks its trust"],
  ] as const)("raises %s at the top of the page too, with the way there", (kind, words) => {
    render(panel(vault({ alarm: kind, failure: "no answer in time" })));
    expect(region().textContent).toContain(words);
    expect(region().textContent).toContain("no answer in time");
    expect(alarm()).toContain(words);
    const title = screen.getByRole("heading", { name: "Vault" });
    title.scrollIntoView = () => undefined;
    fireEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(document.activeElement).toBe(title);
  });

  it("is not good while the way back was never proven", () => {
    render(panel(vault()));
    expect(region().textContent).toContain("Sealing works");
    expect(region().className).not.toContain("tone-good");
  });

  it("warns when custodians have left", () => {
    render(panel(vault({ custodians_departed: ["Share two"] })));
    expect(region().textContent).toContain("These custodians have left: Share two.");
  });

  it("takes nothing for known while no site answers", () => {
    render(panel(vault({ alarm: "silent" }), { isStale: true }));
    expect(region().dataset["vault"]).toBe("unknown");
    expect(region().querySelector("[data-vault-rpo]")?.textContent).toContain("unknown");
    expect(alarm()).toBe("");
  });

  it("says that it does not know yet, rather than nothing", () => {
    render(panel(vault({ rpo_seconds: null, last_contact: null, last_success: null, custodians: null, partitions: [] })));
    expect(region().dataset["vault"]).toBe("starting");
    expect(region().textContent).toContain("not since this site started");
    expect(region().textContent).toContain("not known here");
    expect(region().textContent).toContain("No partition has been looked at yet");
  });

  it("folds the partitions away, with what fails in sight", () => {
    render(panel(vault()));
    const folded = region().querySelector("details");
    expect(folded?.open).toBe(false);
    expect(folded?.querySelector("summary")?.textContent).toContain("2 partitions");
    expect(folded?.querySelector("summary")?.textContent).toContain("1 fails");
    const rows = within(region()).getAllByRole("row", { hidden: true }).map((row) => row.textContent);
    expect(rows[1]).toMatch(/Messages.*Harbour.*40.*5.*2 sec.*no way/);
    expect(rows[2]).toMatch(/Accounts.*whole installation.*unknown.*0.*unknown.*none/);
  });

  it("tells what was noted about the vault before", () => {
    const note: TimelineNote = {
      number: 1, kind: "vault-silent", at: NOW, incident: null, site: "b", noted_by: "b", detail: "", evidence: { backlog: 3 },
    };
    render(panel(vault(), { notes: [note] }));
    expect(region().textContent).toContain("b: gets nothing into the vault");
  });
});
