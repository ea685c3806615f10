import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Drill } from "../../../../api/types";
import { loadWords, startLanguages } from "../../../../i18n";
import { continuityPath, navigate } from "../../../../route";
import { type Parameters, type Shown, showPage } from "../../../../test-page";
import DrillsPage from "./drills-page";

const START = Date.UTC(2026, 2, 1);
const drill = (number: number, change: Partial<Drill> = {}): Drill => ({
  number, drill_id: `d${number}`, scenario: "site-loss", site: "b", started_at: START + number * 86_400_000, started_by: "captain",
  ended_at: START + number * 86_400_000 + 31_000, passed: true,
  report: { rto_ms: 1_000 * number, detected_ms: 4_000, lost: 0, duplicated: 0 }, ...change,
});

const FAILED = drill(22, {
  passed: false,
  report: {
    rto_ms: 12_400,
    lost: 2,
    shortfalls: ["2 acknowledged writes are missing"],
    fault_at: START,
    timeline: [{ number: 1, kind: "site-lost", site: "b", at: START + 4_000, noted_by: "a" }],
    functions: [{ module: "messaging", name: "post message", objective_rto_ms: 10_000, rto_ms: 12_400 }],
    findings: [{ id: "d22-1", severity: "high", title: "Acknowledged work was lost", owner: null }],
  } as Drill["report"],
});
const DRILLS = [
  drill(24, { scenario: "both-sites-lost", site: "both", ended_at: null, passed: null, report: null }),
  drill(23, { scenario: "our-own", report: null, passed: false }),
  FAILED,
  ...Array.from({ length: 21 }, (_, index) => drill(21 - index)),
];

function page({ scenario, cursor, limit }: Parameters): unknown {
  const count = Number(limit);
  const items = DRILLS.filter((each) => (scenario === undefined || each.scenario === scenario) && each.number < Number(cursor ?? Infinity)).slice(0, count);
  return { items, next: items.length >= count ? (items.at(-1)?.number ?? null) : null };
}

const show = (answer = page): Shown => showPage(<DrillsPage />, { query: (_, parameters) => answer(parameters) });
const rows = (): HTMLElement[] => screen.getAllByRole("row").filter((row) => row.dataset["drill"] !== undefined);
const row = (number: number): HTMLElement => rows().find((each) => each.dataset["drill"] === String(number)) as HTMLElement;

beforeAll(async () => {
  await startLanguages();
  await loadWords("continuity");
  window.matchMedia = (query) => ({ matches: false, media: query, addListener: () => undefined, removeListener: () => undefined, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
});
beforeEach(() => navigate(continuityPath("w", "drills")));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe("the history of drills", () => {
  it("tells of each whether it passed, failed or is still open, and what it measured", async () => {
    show();
    await screen.findByRole("link", { name: /Drill 24/ });
    expect(row(24).textContent).toMatch(/Both sites are lost.*Still open.*Both sites/);
    expect(row(23).textContent).toMatch(/our-own.*Failed/);
    expect(within(row(23)).getAllByText("not reported")).toHaveLength(5);
    expect(row(22).textContent).toMatch(/Failed.*12\.4 sec/);
    expect(row(22).querySelector(".is-bad")?.textContent).toBe("2");
    expect(row(21).textContent).toMatch(/A site loses its power.*Passed.*Site b.*by captain.*21 sec.*4 sec/);
    // The old report knows of no findings, which is not the same as none.
    expect(within(row(21)).getByText("not reported")).toBeTruthy();
  });

  it("goes on to older ones and back", async () => {
    const { asked } = show();
    await screen.findByRole("link", { name: /Drill 24/ });
    expect(rows()).toHaveLength(20);
    fireEvent.click(screen.getByRole("button", { name: "Next" }));
    await screen.findByRole("link", { name: /Drill 4/ });
    expect(asked.some(({ parameters }) => parameters["cursor"] === "5")).toBe(true);
    fireEvent.click(screen.getByRole("button", { name: "Previous" }));
    await screen.findByRole("link", { name: /Drill 24/ });
  });

  it("can be of one scenario, with its trend", async () => {
    show();
    await screen.findByRole("link", { name: /Drill 24/ });
    fireEvent.change(screen.getByLabelText("Scenario"), { target: { value: "site-loss" } });
    await waitFor(() => expect(row(24)).toBeUndefined());
    await screen.findByRole("heading", { name: /Recovery time, drill by drill: A site loses its power/ });
    const drawing = await screen.findByRole("img", { name: /22 drills: from 1 sec to 21 sec, the last one 12\.4 sec/ });
    expect(drawing.querySelectorAll(".trend-failed")).toHaveLength(1);
    expect(screen.getAllByRole("row", { hidden: true }).length).toBeGreaterThan(22);
  });

  it("says that nothing is proven where nothing was drilled, and how to begin", async () => {
    show(() => ({ items: [], next: null }));
    await screen.findByRole("heading", { name: /No drill has been run/ });
    expect(screen.getByRole("region", { name: "How to run a drill" }).textContent).toContain("sekoci drill run site-loss");
  });

  it("gives the line to run one, and copies it", async () => {
    const written: string[] = [];
    const clipboard = { writeText: async (text: string) => void written.push(text) };
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: clipboard });
    show();
    fireEvent.change(await screen.findByLabelText("Site to break"), { target: { value: "a" } });
    fireEvent.click(screen.getByRole("button", { name: "Copy" }));
    await screen.findByRole("button", { name: "Copied" });
    expect(written).toHaveLength(1);
    expect(written[0]).toContain("--site a");
  });
});

describe("one drill", () => {
  const open = async (number: number): Promise<void> => {
    act(() => navigate(continuityPath("w", "drills", number)));
    await screen.findByRole("heading", { level: 2 });
  };

  it("tells what fell short, who has to see to it, and which function was too slow", async () => {
    show();
    await open(22);
    await screen.findByRole("heading", { name: "A site loses its power: drill 22" });
    expect(document.activeElement?.tagName).toBe("H2");
    expect(screen.getByRole("region", { name: "What fell short" }).textContent).toContain("2 acknowledged writes are missing");
    expect(screen.getByRole("region", { name: "Findings" }).textContent).toMatch(/High.*Acknowledged work was lost.*nobody yet.*no date/);
    const line = screen.getByRole("rowheader", { name: "Post a message" }).closest("tr") as HTMLElement;
    expect(within(line).getByLabelText("not as promised").closest("td")?.textContent).toContain("12.4 sec");
    expect(screen.getByRole("region", { name: "Timeline" }).textContent).toMatch(/\+4 sec.*b: lost/);
  });

  it("leaves out what an old report does not have", async () => {
    show();
    await open(3);
    await screen.findByRole("heading", { name: /drill 3/ });
    for (const name of ["Findings", "Functions", "Timeline", "What fell short", "What was done"]) {
      expect(screen.queryByRole("region", { name })).toBeNull();
    }
  });

  it("says of one that has not ended that it may never", async () => {
    show();
    await open(24);
    await screen.findByText(/it never will/);
    expect(screen.queryByRole("button", { name: /Download/ })).toBeNull();
  });

  it("gives the report as it was filed", async () => {
    const offered: Blob[] = [];
    URL.createObjectURL = (blob) => {
      offered.push(blob as Blob);
      return "blob:x";
    };
    URL.revokeObjectURL = () => undefined;
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    show();
    await open(22);
    fireEvent.click(await screen.findByRole("button", { name: "Download JSON" }));
    expect((click.mock.contexts[0] as HTMLAnchorElement).download).toBe("drill-22-site-loss.json");
    expect(offered).toHaveLength(1);
  });

  it("that is not there is said not to be", async () => {
    show();
    await open(99);
    await screen.findByRole("heading", { name: "There is no such drill" });
  });
});
