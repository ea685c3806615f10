/** Two windows, one on each site, and the loss of a site between them. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api, hasDemo, launch, message, open, openConversation, say, signIn, until } from "./demo";

const NAME = `Lifeboat ${Date.now()}`;

describe.skipIf(!hasDemo)("a chat through the loss of a site", () => {
  let browser: Browser;
  let api: Api;
  let conversation: string;
  let a: Page;
  let b: Page;
  const failures: string[] = [];
  const said: string[] = [];

  const speak = async (page: Page, text: string): Promise<void> => {
    said.push(text);
    await say(page, text);
  };

  beforeAll(async () => {
    browser = await launch();
    api = await Api.signIn("b");
    conversation = await api.group(NAME);
    const first = await open(browser, "a");
    const second = await open(browser, "b");
    a = first.page;
    b = second.page;
    await signIn(a);
    await signIn(b);
    await openConversation(a, NAME);
    await openConversation(b, NAME);
    collect(first.failures);
    collect(second.failures);
  });

  const collected: string[][] = [];
  const collect = (list: string[]): void => void collected.push(list);

  afterAll(async () => {
    failures.push(...collected.flat());
    await browser?.close();
  });

  it("goes both ways", async () => {
    await speak(a, "from a");
    await message(b, "from a").waitFor();
    await speak(b, "from b");
    await message(a, "from b").waitFor();
    await until(async () => (await message(a, "from a").locator("[data-state=safe]").count()) === 1, 20_000, "safe at both sites");
  });

  it("carries on in both windows when site a is killed", async () => {
    // The shell has to be on the device before its site dies.
    await a.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await a.fill(".composer textarea", "half a thought");
    await api.order("b", "/api/continuity/break-site", { site: "a", confirm_site: "a" });

    await a.locator(".banner-site").waitFor({ timeout: 30_000 });
    expect(await a.locator(".banner-site").textContent()).toMatch(/site b since \d\d:\d\d/);
    // Neither the place nor what was being written is lost.
    expect(await a.inputValue(".composer textarea")).toBe("half a thought");
    expect(await a.locator(".conversation-head h2").textContent()).toContain(NAME);

    await speak(a, "a is dead, long live b");
    await speak(b, "b carries on");
    await message(b, "a is dead, long live b").waitFor({ timeout: 60_000 });
    await message(a, "b carries on").waitFor({ timeout: 60_000 });
    await until(async () => (await a.locator(".is-pending").count()) === 0, 60_000, "everything is sent");
  });

  it("reloads while its own site is dead, and keeps its place", async () => {
    await a.reload();
    await message(a, "a is dead, long live b").waitFor({ timeout: 30_000 });
    expect(await a.locator(".conversation-head h2").textContent()).toContain(NAME);
    await speak(a, "after the reload");
    await message(b, "after the reload").waitFor({ timeout: 30_000 });
  });

  it("tells on the console what happened and how it knows", async () => {
    await b.locator(".rail-link[href='/now']").click();
    await b.locator("[data-site=a][data-health=bad]").waitFor({ timeout: 30_000 });
    await b.locator(".exposure[data-rpo]").waitFor();
    await b.locator(".timeline .note").first().waitFor({ timeout: 60_000 });
    await b.locator(".timeline details summary").first().click();
    await b.locator(".timeline .evidence").first().waitFor();
    await b.goBack();
  });

  it("takes site a back when it is restored, with nothing lost and nothing twice", async () => {
    await api.order("b", "/api/continuity/restore-site", { site: "a" });
    await until(async () => (await api.texts("a", conversation)).length === said.length, 150_000, "site a has caught up");
    expect(await api.texts("a", conversation)).toEqual(said);
    expect(await api.texts("b", conversation)).toEqual(said);
    const again = await open(browser, "a");
    await signIn(again.page);
    await openConversation(again.page, NAME);
    await message(again.page, "after the reload").waitFor();
    await again.context.close();
  });

  it("had no errors of its own", () => {
    expect(collected.flat()).toEqual([]);
  });
});
