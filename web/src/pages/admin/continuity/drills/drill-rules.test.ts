import { describe, expect, it } from "vitest";
import type { Drill } from "../../../../api/types";
import { runLine } from "./run-line";
import { SCENARIOS, scenariosWith } from "./scenarios";
import { TREND, trendOf } from "./trend";

const drill = (number: number, ms: number | null, change: Partial<Drill> = {}): Drill => ({
  number, drill_id: `d${number}`, scenario: "site-loss", site: "b", started_at: number * 1_000, started_by: "captain",
  ended_at: number * 1_000 + 500, passed: true, report: ms === null ? null : { rto_ms: ms }, ...change,
});

describe("the trend of a scenario", () => {
  it("goes from the oldest to the newest, the longest at the top and zero at the ground", () => {
    const points = trendOf([drill(3, 1_000), drill(2, 4_000, { passed: false }), drill(1, 2_000)]);
    expect(points.map(({ number, passed }) => [number, passed])).toEqual([[1, true], [2, false], [3, true]]);
    expect(points.map(({ x }) => x)).toEqual([TREND.edge, TREND.width / 2, TREND.width - TREND.edge]);
    expect(points[1]?.y).toBe(TREND.edge);
    expect(points[0]?.y).toBe(TREND.height / 2);
  });

  it("leaves out drills that have not ended or have no recovery time", () => {
    expect(trendOf([drill(1, null), drill(2, 700, { ended_at: null, passed: null })])).toEqual([]);
    expect(trendOf([drill(1, 700)])).toHaveLength(1);
  });
});

describe("the line that runs a drill", () => {
  const at = { site: "b", urls: ["https://a.example", "https://b.example:8443"], user: "captain" };

  it("names the site to break, every site's address, and the account", () => {
    expect(runLine({ ...at, scenario: "site-loss" }).replaceAll(" \\\n ", "")).toBe(
      "sekoci drill run site-loss --site b --url https://a.example --url https://b.example:8443 --user captain --password-file FILE --json drill.json",
    );
  });

  it("breaks no single site where the scenario is about all", () => {
    expect(runLine({ ...at, scenario: "ransomware" })).not.toContain("--site");
    expect(runLine({ ...at, scenario: "both-sites-lost" })).toContain("--vault VAULT --identity FILE");
  });

  it("is safe in a shell whatever a name is", () => {
    expect(runLine({ ...at, scenario: "x; rm -r /", user: "o'hara" })).toContain("'x; rm -r /'");
    expect(runLine({ ...at, scenario: "x", user: "o'hara" })).toContain("--user 'o'\\''hara'");
  });
});

it("lets every known scenario be chosen, and whatever else was drilled", () => {
  const all = scenariosWith(["site-loss", "our-own"]);
  expect(all).toHaveLength(SCENARIOS.length + 1);
  expect(all).toContain("our-own");
});
