/** Protection in a browser: a canary that is touched, the alarm that follows, and a rewind that two people make. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../src/ids";
import { Api, axe, hasDemo, launch, open, signIn, siteOf, until } from "./demo";

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
const RUN = Date.now().toString(36);

interface Account {
  user: string;
  password: string;
  person: string;
}

describe.skipIf(!hasDemo)("protection", () => {
  let browser: Browser;
  let api: Api;
  let workspace: string;
  let second: Account;
  let owner: Page;
  let other: Page;
  let rewind = "";
  const collected: string[][] = [];
  const group = newId();

  const go = (page: Page, place: string): Promise<unknown> => page.goto(`${new URL(page.url()).origin}/admin/${workspace}/protection/${place}`);
  const admin = async (name: string): Promise<Account> => {
    const account = await api.member(name);
    await api.order("b", "/api/directory/assign-role", { person_id: account.person, role: "admin" }, workspace);
    return account;
  };
  const groupName = async (site: string): Promise<string | undefined> => {
    const { items } = await api.get<{ items: { id: string; name: string }[] }>(site, `/api/directory/group-list?workspace_id=${workspace}&limit=200`);
    return items.find(({ id }) => id === group)?.name;
  };

  beforeAll(async () => {
    browser = await launch();
    api = await Api.signIn("b");
    workspace = await api.workspace();
    second = await admin(`Second${RUN}`);
    await api.order("b", "/api/directory/create-group", { group_id: group, name: `Crew ${RUN}` }, workspace);
    const first = await open(browser, "a");
    const theirs = await open(browser, "b");
    collected.push(first.failures, theirs.failures);
    [owner, other] = [first.page, theirs.page];
    await signIn(owner);
    await signIn(other, second);
  });

  afterAll(() => browser?.close());

  it("plants canaries, and stops whoever touches one before everybody's eyes", async () => {
    const mallory = await api.member(`Mallory${RUN}`);
    await go(owner, "canaries");
    const before = await owner.locator("[data-canary]").count();
    await owner.getByRole("button", { name: "Plant new ones" }).click();
    await owner.getByLabel("Name of the folder").fill(`Old contracts ${RUN}`);
    await owner.getByRole("button", { name: "Make and plant" }).click();
    await owner.getByRole("link", { name: `Old contracts ${RUN}` }).waitFor({ timeout: 30_000 });
    expect(await owner.locator("[data-canary]").count()).toBeGreaterThanOrEqual(before + 4);

    await owner.getByRole("link", { name: /^Alarms/ }).click();
    const folders = await api.get<{ items: { folder_id: string; name: string }[] }>("b", `/api/documents/folder-tree?workspace_id=${workspace}&limit=200`);
    const folder = folders.items.find(({ name }) => name === `Old contracts ${RUN}`)?.folder_id ?? "";
    const inside = await api.get<{ items: { id: string }[] }>("b", `/api/documents/folder?workspace_id=${workspace}&folder_id=${folder}`);
    const touching = await Api.signIn("b", mallory);
    const rename = { document_id: inside.items[0]?.id, title: "Mine now" };
    await until(() => touching.order("b", "/api/documents/rename-document", rename, workspace).then(() => true), 15_000, "the canary is touched");

    const alarm = owner.locator(".alarm", { hasText: `Mallory${RUN}` });
    await alarm.waitFor({ timeout: 30_000 });
    await alarm.locator(".alarm-quarantine").waitFor({ timeout: 30_000 });
    expect(await alarm.textContent()).toContain("A canary was changed");
    await owner.locator(".rail .open-alarms").waitFor();
    // Somebody who does something else at the other site is told as well.
    await other.locator("[data-high-alarm]").waitFor({ timeout: 30_000 });
    expect(await other.locator("[data-high-alarm]").textContent()).toContain(`Mallory${RUN}`);
  });

  it("lets a human judge and release, with a note", async () => {
    const alarm = owner.locator(".alarm", { hasText: `Mallory${RUN}` });
    await alarm.getByRole("button", { name: "Release from quarantine" }).click();
    await owner.getByLabel(/^Note/).fill("asked by telephone");
    await owner.locator("dialog").getByRole("button", { name: "Release from quarantine" }).click();
    await alarm.locator(".alarm-quarantine").waitFor({ state: "detached", timeout: 30_000 });
    await alarm.getByRole("button", { name: "It was honest" }).click();
    await owner.getByLabel(/^Note/).fill("tidied up");
    await owner.locator("dialog").getByRole("button", { name: "It was honest" }).click();
    await alarm.waitFor({ state: "detached", timeout: 30_000 });
    await owner.getByRole("button", { name: "All", exact: true }).click();
    await alarm.getByText("tidied up").waitFor();
  });

  it("plans what one person changed, and a second person has it put back", async () => {
    const rogue = await admin(`Rogue${RUN}`);
    const since = Date.now() - 1_000;
    const theirs = await Api.signIn("b", rogue);
    await theirs.order("b", "/api/directory/rename-group", { group_id: group, name: "Pwned" }, workspace);
    await until(async () => (await groupName("a")) === "Pwned", 15_000, "both sites know");

    await owner.goto(`${siteOf("a").url}/admin/${workspace}/protection/rewinds/new?person=${rogue.person}&since=${since}`);
    await owner.getByRole("button", { name: "Show what would be put back" }).click();
    const row = owner.locator("[data-change]");
    await row.waitFor({ timeout: 30_000 });
    expect(await row.count()).toBe(1);
    expect((await row.textContent()) ?? "").toMatch(new RegExp(`Group Crew ${RUN}.*Name.*“Crew ${RUN}”“Pwned”“Crew ${RUN}”`));
    await owner.getByRole("button", { name: "Propose" }).click();
    await owner.getByLabel(/^Note/).fill("stolen account");
    await owner.locator("dialog").getByRole("button", { name: "Propose" }).click();
    await owner.locator("[data-rewind-state=proposed] [data-plan=ready]").waitFor({ timeout: 30_000 });
    expect(await owner.getByText("another person who may manage protection").count()).toBe(1);
    expect(await owner.getByRole("button", { name: "Approve and carry out" }).count()).toBe(0);
    rewind = new URL(owner.url()).pathname.split("/").at(-1) ?? "";

    await go(other, "rewinds");
    await other.locator(`[data-rewind="${rewind}"]`).click();
    const choice = other.locator("[data-change] select");
    await choice.waitFor({ timeout: 30_000 });
    await choice.selectOption("keep");
    await choice.selectOption("put_back");
    await other.getByRole("button", { name: "Approve and carry out" }).click();
    expect(await other.locator("dialog").textContent()).toContain("1 thing is put back");
    await other.locator("dialog").getByRole("button", { name: /Put 1 thing back/ }).click();
    await other.locator("[data-rewind-state=completed]").waitFor({ timeout: 60_000 });
    // Whoever proposed it sees it done without asking again.
    await owner.locator("[data-rewind-state=completed]").waitFor({ timeout: 30_000 });
    expect(await owner.locator("[data-outcome]").getAttribute("data-outcome")).toBe("1");
    await until(async () => (await groupName("a")) === `Crew ${RUN}` && (await groupName("b")) === `Crew ${RUN}`, 15_000, "the name is back at both sites");
  });

  it("takes a rewind back with another one", async () => {
    await other.getByRole("button", { name: "Take this rewind back" }).click();
    await other.getByLabel(/^Note/).fill("it was wanted after all");
    await other.locator("dialog").getByRole("button", { name: "Propose" }).click();
    await other.locator("[data-rewind-state=proposed] [data-change]").waitFor({ timeout: 30_000 });
    const again = new URL(other.url()).pathname.split("/").at(-1) ?? "";
    expect(again).not.toBe(rewind);
    await go(owner, `rewinds/${again}`);
    await owner.locator("[data-change]", { hasText: "Pwned" }).waitFor({ timeout: 30_000 });
    await owner.getByRole("button", { name: "Withdraw" }).click();
    await owner.locator("[data-rewind-state=withdrawn]").waitFor({ timeout: 15_000 });
    await other.locator("[data-rewind-state=withdrawn]").waitFor({ timeout: 30_000 });
    expect(await groupName("b")).toBe(`Crew ${RUN}`);
  });

  it("declares a maintenance window and ends it", async () => {
    await go(owner, "maintenance");
    await owner.getByRole("button", { name: "Declare a window" }).click();
    await owner.locator("dialog").getByText("Everyone").click();
    await owner.getByLabel("Reason").fill(`yearly clearing ${RUN}`);
    await owner.locator("dialog button[type=submit]").click();
    const window = owner.locator("[data-window=running]", { hasText: `yearly clearing ${RUN}` });
    await window.waitFor({ timeout: 15_000 });
    await window.getByRole("button").click();
    await owner.locator("[data-window=ended]", { hasText: `yearly clearing ${RUN}` }).waitFor({ timeout: 15_000 });
  });

  it("has an open alarm and a running window to look at", async () => {
    const ends_at = Date.now() + 3_600_000;
    const window = { window_id: newId(), ends_at, kinds: ["changes", "access"], reason: `to look at ${RUN}` };
    await api.order("b", "/api/protection/declare-maintenance", window, workspace);
    const canaries = await api.get<{ items: { item_id: string }[] }>("b", `/api/protection/canary-list?workspace_id=${workspace}`);
    const mira = await Api.signIn("b", await api.member(`Mira${RUN}`));
    const touch = async (document_id: string): Promise<boolean> =>
      mira.order("b", "/api/documents/rename-document", { document_id, title: `Touched ${RUN}` }, workspace).then(
        () => true,
        () => false,
      );
    // The folder is a canary too, and cannot be renamed as a document.
    let isTouched = false;
    for (const { item_id } of canaries.items) {
      isTouched ||= await touch(item_id);
    }
    expect(isTouched).toBe(true);
    await go(owner, "alarms");
    await owner.locator(".alarm", { hasText: `Mira${RUN}` }).waitFor({ timeout: 30_000 });
  });

  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`is clean on a ${size} in ${colorScheme}`, async () => {
        const { page, context, failures } = await open(browser, "b", { viewport, colorScheme, bypassCSP: true });
        await signIn(page, second);
        for (const place of ["alarms", "rewinds", "rewinds/new", `rewinds/${rewind}`, "canaries", "maintenance"]) {
          await go(page, place);
          await page.locator(".protection h2").waitFor();
          await page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => undefined);
          expect(await axe(page), place).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1), `${place} fits its window`).toBe(false);
        }
        expect(failures).toEqual([]);
        await context.close();
      });
    }
  }

  it("is not there for people without the permission", async () => {
    const member = await api.member(`Plain${RUN}`);
    const { page, context } = await open(browser, "b");
    await signIn(page, member);
    await go(page, "alarms");
    await page.getByText("You are not allowed to do this.").waitFor();
    expect(await page.locator(".alarm, .places").count()).toBe(0);
    await context.close();
    expect(collected.flat()).toEqual([]);
  });
});
