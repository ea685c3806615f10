/** A document written from both sites at once, through the loss of one of them, and back in time. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../src/ids";
import { Api, axe, hasDemo, launch, open, signIn, siteOf, until } from "./demo";

const NAME = `Logbook ${Date.now()}`;

describe.skipIf(!hasDemo)("documents", () => {
  let browser: Browser;
  let api: Api;
  let workspace: string;
  const id = newId();
  let a: Page;
  let b: Page;
  const collected: string[][] = [];

  const words = (page: Page): ReturnType<Page["locator"]> => page.locator(".document-words");
  const text = async (page: Page): Promise<string> => (await words(page).innerText()).replace(/\s+/g, " ");
  const has = async (page: Page, ...wanted: string[]): Promise<boolean> => {
    const now = await text(page);
    return wanted.every((each) => now.includes(each));
  };
  const path = (document: string): string => `/documents/${workspace}/document/${document}`;
  const visit = async (page: Page, where: string): Promise<void> => {
    await page.goto(new URL(page.url()).origin + where);
  };
  const saved = (page: Page, state: string): Promise<void> => page.locator(`[data-save=${state}]`).waitFor({ timeout: 60_000 });
  /** A key at a time, as a person does. */
  const type = async (page: Page, what: string): Promise<void> => {
    await page.keyboard.press("Control+End");
    await page.keyboard.type(what, { delay: 15 });
  };
  /** What a site has of it. */
  const markdown = async (site: string, document = id): Promise<string> =>
    (await api.get<{ markdown: string }>(site, `/api/documents/export-markdown?workspace_id=${workspace}&document_id=${document}`)).markdown;

  beforeAll(async () => {
    browser = await launch();
    api = await Api.signIn("b");
    workspace = await api.workspace();
    await api.order("b", "/api/documents/create-document", { document_id: id, title: NAME }, workspace);
    const first = await open(browser, "a");
    const second = await open(browser, "b");
    [a, b] = [first.page, second.page];
    collected.push(first.failures, second.failures);
    await signIn(a);
    await signIn(b);
    await visit(a, path(id));
    await visit(b, path(id));
    await words(a).waitFor();
    await words(b).waitFor();
  });

  afterAll(() => browser?.close());

  it("is written in from both sites at the same time", async () => {
    await words(a).click();
    await words(b).click();
    await Promise.all([type(a, "The first watch begins. "), type(b, "The second watch begins. ")]);
    for (const page of [a, b]) {
      await until(() => has(page, "The first watch begins.", "The second watch begins."), 20_000, "all the text");
    }
    await until(async () => (await text(a)) === (await text(b)), 20_000, "the same text in both");
    await saved(a, "safe");
    await saved(b, "safe");
    expect(await a.locator("[data-save=safe]").textContent()).toBe("Saved at both sites");
  });

  it("keeps a named version", async () => {
    await b.locator("[data-panel=history]").click();
    await b.getByRole("button", { name: "Name this version" }).click();
    await b.locator("dialog input").fill("Both watches");
    await b.keyboard.press("Enter");
    await b.locator("[data-version='Both watches']").waitFor();
    await b.keyboard.press("Escape");
  });

  it("takes a comment on selected words", async () => {
    await a.getByRole("button", { name: "Comments", exact: true }).click();
    await words(a).click();
    await a.keyboard.press("Control+a");
    await a.locator(".panel .comment-quote", { hasText: "first watch" }).waitFor();
    await a.fill(".comment-form textarea", "Who keeps it?");
    await a.click(".comment-form [type=submit]");
    await a.locator(".thread-box", { hasText: "Who keeps it?" }).waitFor();
    await a.locator(".document-words .comment-mark").first().waitFor();
    await b.locator("[data-panel=comments]").click();
    await b.locator(".thread-box", { hasText: "Who keeps it?" }).waitFor();
    await b.getByRole("button", { name: "Resolve", exact: true }).click();
    await a.locator(".thread-box").waitFor({ state: "detached" });
    await a.locator(".panel .panel-head button").click();
    await b.locator(".panel .panel-head button").click();
  });

  it("does not let a viewer write", async () => {
    const viewer = await api.member(`Wanda${Date.now()}`);
    const shown = newId();
    await api.order("b", "/api/documents/import-markdown", { document_id: shown, title: "Orders", markdown: "# Orders\n\nKeep a good lookout." }, workspace);
    const session = await api.get<{ workspaces: { id: string; person: { id: string } }[] }>("b", "/api/installation/session");
    const me = session.workspaces.find((each) => each.id === workspace)?.person.id;
    await api.order(
      "b",
      "/api/documents/set-permissions",
      { item_id: shown, inherits: false, grants: [{ to: { person: me }, role: "manager" }, { to: { person: viewer.person }, role: "viewer" }] },
      workspace,
    );
    const { page, context, failures } = await open(browser, "b");
    await signIn(page, viewer);
    await visit(page, path(shown));
    await words(page).waitFor();
    await until(() => has(page, "Keep a good lookout."), 10_000, "the viewer reads");
    await page.getByText("You may read this document.").waitFor();
    expect(await page.locator(".toolbar").count()).toBe(0);
    expect(await words(page).getAttribute("contenteditable")).toBe("false");
    await words(page).click();
    await page.keyboard.type("No, do not.");
    expect(await text(page)).not.toContain("No, do not.");
    await page.locator("[data-panel=comments]").click();
    await page.locator(".comments").waitFor();
    expect(await page.locator(".comment-form").count()).toBe(0);
    expect(failures).toEqual([]);
    await context.close();
  });

  it("fits a phone, in both looks", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, context, failures } = await open(browser, "b", { viewport: { width: 360, height: 740 }, colorScheme, bypassCSP: true });
      await signIn(page);
      for (const where of [`/documents/${workspace}`, `/documents/${workspace}/trash`, `/documents/${workspace}/search?q=watch`, path(id)]) {
        await visit(page, where);
        await page.locator("main h1").waitFor();
        await page.waitForTimeout(600);
        expect(await axe(page), where).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), where).toBe(true);
      }
      for (const panel of ["comments", "history", "sharing", "files"]) {
        await page.locator(`[data-panel=${panel}]`).click();
        await page.locator(".panel").waitFor();
        await page.waitForTimeout(400);
        expect(await axe(page), panel).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), panel).toBe(true);
        await page.locator(".panel .panel-head button").click();
      }
      expect(failures).toEqual([]);
      await context.close();
    }
  });

  it("loses nothing that is typed while site a is killed", async () => {
    await a.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await words(a).click();
    await type(a, "Before the loss. ");
    const breaking = api.order("b", "/api/continuity/break-site", { site: "a", confirm_site: "a" });
    for (let n = 1; n <= 20; n += 1) {
      await type(a, `a${n}. `);
      if (n % 5 === 0) {
        // At the beginning: at the end it may come between two letters that the other one types.
        await words(b).click();
        await b.keyboard.press("Control+Home");
        await b.keyboard.type(`b${n}. `, { delay: 15 });
      }
    }
    await breaking;
    expect(await fetch(`${siteOf("a").url}/livez`).catch(() => null), "site a is dead").toBeNull();
    const all = ["Before the loss.", ...Array.from({ length: 20 }, (_, n) => `a${n + 1}.`), "b5.", "b10.", "b15.", "b20."];
    for (const page of [a, b]) {
      await until(() => has(page, ...all), 60_000, "all that was typed, in both windows");
    }
    await until(
      async () => {
        const now = await markdown("b");
        return all.every((each) => now.includes(each));
      },
      60_000,
      "all that was typed, at site b",
    );
    await a.locator(".banner-site").waitFor({ timeout: 30_000 });
    await a.locator("[data-save=safe], [data-save=kept]").waitFor();
  });

  it("keeps what was typed just before a reload, while its own site is dead", async () => {
    await words(a).click();
    await type(a, "Last words.");
    await a.reload();
    await until(() => has(a, "Last words."), 30_000, "the words after the reload");
    await until(async () => (await markdown("b")).includes("Last words."), 30_000, "the words at site b");
  });

  it("goes back to the named version, for everybody", async () => {
    await b.locator("[data-panel=history]").click();
    await b.locator("[data-version='Both watches'] input").check();
    await b.getByRole("button", { name: "Compare with now" }).click();
    await b.locator(".compare ins").first().waitFor();
    await b.keyboard.press("Escape");
    await b.getByRole("button", { name: "Restore", exact: true }).click();
    await b.locator("dialog").getByRole("button", { name: "Restore", exact: true }).click();
    for (const page of [b, a]) {
      await until(async () => (await has(page, "The first watch begins.")) && !(await has(page, "Before the loss.")), 30_000, "the restored text");
    }
    expect(await markdown("b")).not.toContain("Last words.");
  });

  it("has everything at site a once it is restored", async () => {
    await api.order("b", "/api/continuity/restore-site", { site: "a" });
    await until(async () => (await markdown("a")) === (await markdown("b")), 150_000, "site a has caught up");
    await saved(b, "safe");
  });

  it("had no errors of its own", () => {
    expect(collected.flat()).toEqual([]);
  });
});
