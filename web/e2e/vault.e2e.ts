/** The vault on the Now page: as the demo has it, and as a site would tell of one in every state. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Status, Vault } from "../src/api/types";
import { axe, hasDemo, launch, open, signIn } from "./demo";

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

describe.skipIf(!hasDemo)("the vault on the Now page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const now = async (page: Page): Promise<void> => {
    await signIn(page);
    await page.goto(`${new URL(page.url()).origin}/now`);
    await page.locator("[data-vault]").waitFor();
  };

  /** Lets the site tell what it tells, with this about the vault. */
  const tell = async (page: Page, vault: (status: Status) => Vault | null): Promise<void> => {
    await page.route("**/api/status", async (route) => {
      const answer = await route.fetch();
      const status = (await answer.json()) as Status;
      await route.fulfill({ response: answer, json: { ...status, vault: vault(status) } });
    });
  };

  /** Everything sealed but messages, of which some have waited for a while. */
  const waiting = (status: Status, change: Partial<Vault>): Vault => ({
    alarm: null,
    rpo_seconds: 75,
    backlog: 12,
    last_contact: Date.now() - 80_000,
    last_success: Date.now() - 81_000,
    failure: null,
    custodians: { count: 3, threshold: 2, names: ["Ana", "Budi", "Chen"] },
    custodians_departed: [],
    partitions: status.partitions.map(({ partition, module, seq }) => ({
      partition,
      sealed_seq: seq,
      last_success: Date.now() - 81_000,
      ...(module === "messaging"
        ? { backlog: 12, rpo_seconds: 75, failure: "the vault cannot be reached: connection refused by the other end" }
        : { backlog: 0, rpo_seconds: 0, failure: null }),
      files_waiting: 0,
    })),
    ...change,
  });

  it("is good once all that the demo has is sealed", async () => {
    const { page, context, failures } = await open(browser, "a");
    await now(page);
    await page.locator("[data-vault=good]").waitFor();
    expect(await page.locator("[data-vault=good]").textContent()).toContain("any 2 of 3 custodians");
    expect(failures).toEqual([]);
    await context.close();
  });

  it("is told to be missing where there is none", async () => {
    const { page, context, failures } = await open(browser, "a", { serviceWorkers: "block" });
    await tell(page, () => null);
    await now(page);
    const panel = page.locator("[data-vault=absent]");
    expect(await panel.textContent()).toContain("Nothing leaves the sites");
    expect(await panel.textContent()).toContain("docs/OPERATING.md");
    expect(await page.locator(".now-alarm").count()).toBe(0);
    expect(failures).toEqual([]);
    await context.close();
  });

  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`raises an alarm that leads to what is known, on a ${size} in ${colorScheme}`, async () => {
        // A worker between the page and the site would answer past what is told here.
        const { page, context, failures } = await open(browser, "a", { viewport, colorScheme, bypassCSP: true, serviceWorkers: "block" });
        await tell(page, (status) => waiting(status, { alarm: "silent", failure: "no answer in time" }));
        await now(page);
        await page.locator("[data-vault=silent]").waitFor();
        expect(await page.getByRole("alert").filter({ hasText: /./u }).textContent()).toContain("The vault is silent");
        await page.locator(".now-alarm button").focus();
        await page.keyboard.press("Enter");
        expect(await page.evaluate(() => document.activeElement?.id)).toBe("vault-title");

        const before = Number(await page.locator("[data-vault-rpo]").getAttribute("data-vault-rpo"));
        expect(before).toBeGreaterThanOrEqual(75_000);

        const folded = page.locator(".vault-partitions");
        expect(await folded.locator("table").isVisible()).toBe(false);
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await folded.locator("table").waitFor();
        expect(await folded.locator("tbody tr").first().textContent()).toContain("connection refused");
        expect(await axe(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)).toBe(false);
        expect(failures).toEqual([]);
        await context.close();
      });
    }
  }

  it.each([
    ["behind", "The vault is behind"],
    ["trust_missing", "The vault lacks its trust"],
  ] as const)("tells %s in words", async (alarm, words) => {
    const { page, context } = await open(browser, "a", { serviceWorkers: "block" });
    await tell(page, (status) => waiting(status, { alarm }));
    await now(page);
    expect(await page.locator(`[data-vault=${alarm}]`).textContent()).toContain(words);
    expect(await page.getByRole("alert").filter({ hasText: /./u }).textContent()).toContain(words);
    await context.close();
  });

  it("says that all is well only when it is", async () => {
    const { page, context } = await open(browser, "a", { serviceWorkers: "block" });
    await tell(page, (status) => waiting(status, { rpo_seconds: 0, backlog: 0, partitions: [] }));
    await now(page);
    await page.locator("[data-vault=good]").waitFor();
    expect(await page.locator(".now-alarm").count()).toBe(0);
    await context.close();
  });
});
