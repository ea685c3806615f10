/** The continuity console in a browser: availability with what was agreed not to count, and drills with what they showed. */

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../src/ids";
import { Api, axe, hasDemo, launch, open, signIn, siteOf, until } from "./demo";

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
const RUN = Date.now().toString(36);
const SCENARIO = `hall-flooded-${RUN}`;

interface Availability {
  overall: { measured_ms: number; available_pct: number | null };
  exclusions: { exclusion_id: string; reason: string; declared_afterwards: boolean }[];
}

/** As one that runs in full reports it, with everything that can be told. */
const REPORT = {
  scenario: SCENARIO, site: "b", fault_at: Date.now(), rto_ms: 12_400, detected_ms: 4_000, acknowledged: 500, lost: 2, duplicated: 0,
  shortfalls: ["2 acknowledged writes are missing"], views_equal: true, chains_valid: true, functions_available_pct: 87.5,
  functions: [
    { module: "messaging", name: "post message", objective_rto_ms: 10_000, rto_ms: 12_400, available_pct: 91.2, throughput_before: 10, throughput_during: 8.8, throughput_after: 10, lost: 2, duplicated: 0 },
    { module: "directory", name: "find people", objective_rto_ms: 10_000, rto_ms: 400, available_pct: 99.1, throughput_before: 10, throughput_during: 9.9, throughput_after: 10 },
  ],
  findings: [{ id: `${RUN}-1`, severity: "high", title: "Acknowledged work was lost", detail: "2 messages were not found.", function: "messaging / post message", owner: "captain", due: Date.now() + 604_800_000 }],
  timeline: [{ number: 1, incident: null, kind: "site-lost", site: "b", at: Date.now() + 4_000, noted_by: "a", detail: "", evidence: { votes: { a: "down" } } }],
};

describe.skipIf(!hasDemo)("the continuity console", () => {
  let browser: Browser;
  let api: Api;
  let workspace: string;
  let page: Page;
  const collected: string[][] = [];

  const go = (on: Page, place: string): Promise<unknown> => on.goto(`${new URL(on.url()).origin}/admin/${workspace}/continuity/${place}`);
  const measured = (site: string): Promise<Availability> => {
    const now = Date.now();
    return api.get(site, `/api/continuity/availability?from=${now - 86_400_000}&until=${now}`);
  };
  const record = async (passed: boolean | null, report: unknown): Promise<void> => {
    const drill_id = newId();
    await api.order("a", "/api/continuity/record-drill-start", { drill_id, scenario: SCENARIO, site: "b" });
    if (passed !== null) {
      await api.order("a", "/api/continuity/record-drill-end", { drill_id, passed, report });
    }
  };

  beforeAll(async () => {
    browser = await launch();
    api = await Api.signIn("a");
    workspace = await api.workspace();
    const opened = await open(browser, "a");
    collected.push(opened.failures);
    page = opened.page;
    await signIn(page);
  });

  afterAll(() => browser?.close());

  it("is reached and walked by keyboard", async () => {
    await page.goto(`${siteOf("a").url}/admin/${workspace}/people`);
    await page.getByRole("link", { name: "Continuity" }).focus();
    await page.keyboard.press("Enter");
    await page.locator(".places a[aria-current=page]", { hasText: "Readiness" }).focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".places a[aria-current=page]", { hasText: "Objectives" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/admin/${workspace}/continuity/objectives`);
  });

  it("shows what was measured, or that nothing was yet", async () => {
    await go(page, "availability");
    await page.getByRole("button", { name: "24 hours" }).click();
    await page.locator("[data-availability]:not([data-availability=none])").waitFor();
    const { overall } = await measured("a");
    if (overall.measured_ms === 0) {
      await page.getByText("about five minutes").waitFor();
      expect(await page.locator(".overall").count()).toBe(0);
    } else {
      await page.locator(".overall [data-verdict]").waitFor();
      await page.locator(".part-toggle").first().click();
      await page.locator(".part-step").first().waitFor();
    }
  });

  it("declares a time that does not count, which the other site knows of too, and withdraws it", async () => {
    const two = (value: number): string => String(value).padStart(2, "0");
    const typed = (at: number): string => {
      const date = new Date(at);
      return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:00`;
    };
    const reason = `new switches ${RUN}`;
    await page.getByRole("button", { name: "Declare a time" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("From").fill(typed(Date.now() - 3_600_000));
    await dialog.getByLabel("Until").fill(typed(Date.now() - 7_200_000));
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByText("The end has to be after the beginning.").waitFor();
    await dialog.getByText("Give a reason.").waitFor();
    await dialog.getByLabel("Until").fill(typed(Date.now() + 3_600_000));
    await dialog.getByLabel("Reason").fill(reason);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByText("will be marked “declared afterwards”").waitFor();
    await dialog.getByRole("button", { name: "Declare", exact: true }).click();
    const item = page.locator("[data-exclusion]", { hasText: reason });
    await item.waitFor({ timeout: 15_000 });
    expect(await item.textContent()).toMatch(/Declared afterwards.*Declared by/);
    const there = async (): Promise<boolean> => (await measured("b")).exclusions.some((each) => each.reason === reason && each.declared_afterwards);
    await until(there, 15_000, "the other site knows of the exclusion");

    await item.getByRole("button", { name: /^Withdraw/ }).click();
    await dialog.getByRole("button", { name: "Withdraw", exact: true }).click();
    await item.waitFor({ state: "detached", timeout: 15_000 });
    await until(async () => !(await there()), 15_000, "the other site knows of the withdrawal");
  });

  it("lists drills of every age, and shows what one of them found", async () => {
    await record(true, { rto_ms: 1_400, functions: [{ module: "messaging", name: "post message", tried: 9, worked: 9, longest_gap_ms: 300, last_failure: null }] });
    await record(false, REPORT);
    await record(null, null);
    await go(page, "drills");
    const rows = page.locator("tr[data-drill]", { hasText: SCENARIO });
    await rows.first().waitFor();
    expect(await rows.locator("[data-drill-state]").evaluateAll((marks) => marks.map((mark) => mark.getAttribute("data-drill-state")))).toEqual(["open", "failed", "passed"]);
    await page.getByLabel("Scenario").selectOption(SCENARIO);
    await page.getByRole("img", { name: /2 drills: from 1.4 sec/ }).waitFor();
    await rows.nth(1).getByRole("link").click();
    await page.getByRole("heading", { name: new RegExp(`^${SCENARIO}`) }).waitFor();
    expect(await page.locator("[data-finding]").textContent()).toContain("Acknowledged work was lost");
    expect(await page.getByRole("row", { name: /Post a message/ }).textContent()).toContain("12.4 sec");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download JSON" }).click()]);
    expect(JSON.parse(readFileSync(await download.path(), "utf8"))).toEqual(REPORT);
    // The choice is still made when one comes back.
    await page.getByRole("link", { name: "All drills" }).click();
    await rows.first().waitFor();
    expect(await page.getByLabel("Scenario").inputValue()).toBe(SCENARIO);
  });

  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`is clean on a ${size} in ${colorScheme}`, async () => {
        const { items } = await api.get<{ items: { number: number; passed: boolean | null }[] }>("a", `/api/continuity/drill-list?scenario=${SCENARIO}`);
        const looked = await open(browser, "a", { viewport, colorScheme, bypassCSP: true });
        await signIn(looked.page);
        for (const place of ["availability", "drills", ...items.map(({ number }) => `drills/${number}`)]) {
          await go(looked.page, place);
          await looked.page.locator(".continuity h2").waitFor();
          await looked.page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => undefined);
          for (const summary of await looked.page.locator(".continuity summary").all()) {
            await summary.click();
          }
          if (await looked.page.getByRole("button", { name: "Open all" }).isVisible()) {
            await looked.page.getByRole("button", { name: "Open all" }).click();
          }
          expect(await axe(looked.page), place).toEqual([]);
          expect(await looked.page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1), `${place} fits its window`).toBe(false);
        }
        await go(looked.page, "availability");
        await looked.page.getByRole("button", { name: "Own period" }).click();
        await looked.page.getByRole("button", { name: "Declare a time" }).click();
        await looked.page.getByRole("button", { name: "Continue" }).click();
        expect(await axe(looked.page), "declaring").toEqual([]);
        expect(looked.failures).toEqual([]);
        await looked.context.close();
      });
    }
  }

  it("says so when no site answers, and goes on once one does", async () => {
    await go(page, "availability");
    await page.locator("[data-availability]:not([data-availability=none])").waitFor();
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "7 days" }).click();
    await page.locator(".continuity [role=alert]").waitFor({ timeout: 30_000 });
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("[data-availability]:not([data-availability=none])").waitFor();
  });

  it("is not there for people who do not operate the installation", async () => {
    const member = await api.member(`Deck${RUN}`);
    await api.order("b", "/api/directory/assign-role", { person_id: member.person, role: "admin" }, workspace);
    const looked = await open(browser, "b");
    await signIn(looked.page, member);
    await go(looked.page, "availability");
    await looked.page.getByText("You are not allowed to do this.").waitFor();
    for (const name of ["Availability", "Drills"]) {
      expect(await looked.page.locator(".places").getByRole("link", { name }).count()).toBe(0);
    }
    await looked.context.close();
    expect(collected.flat()).toEqual([]);
  });
});
