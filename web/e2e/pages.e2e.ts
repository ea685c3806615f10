/** Every page in both looks, wide and narrow: reachable for everybody, and within its window. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api, axe, hasDemo, launch, message, open, openConversation, say, signIn } from "./demo";

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

describe.skipIf(!hasDemo)("every page", () => {
  let browser: Browser;
  let workspace: string;
  const name = `Looks ${Date.now()}`;

  beforeAll(async () => {
    browser = await launch();
    const api = await Api.signIn("b");
    workspace = await api.workspace();
    await api.group(name);
  });

  afterAll(() => browser?.close());

  const check = async (page: Page, what: string): Promise<void> => {
    expect(await axe(page), what).toEqual([]);
    const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
    expect(isTooWide, `${what} fits its window`).toBe(false);
  };

  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`is clean on a ${size} in ${colorScheme}`, async () => {
        const { page, context, failures } = await open(browser, "b", { viewport, colorScheme, bypassCSP: true });
        await page.locator("h1").waitFor();
        await check(page, "sign-in");
        await signIn(page);
        await check(page, "conversations");
        await openConversation(page, name);
        await say(page, `Hello 你好 ${size} ${colorScheme}`);
        await message(page, `${size} ${colorScheme}`).waitFor();
        await page.locator(".message").last().focus();
        await check(page, "a conversation with a message in focus");
        await page.keyboard.press("t");
        await page.locator(".thread").waitFor();
        await check(page, "a thread");
        await page.keyboard.press("Escape");
        const origin = new URL(page.url()).origin;
        for (const path of [`/documents/${workspace}`, `/documents/${workspace}/search`, "/now", "/account", ...["people", "departments", "groups", "roles", "invitations", "history", "protection", "continuity", "accounts"].map((section) => `/admin/${workspace}/${section}`)]) {
          await page.goto(origin + path);
          await page.locator("main h1").waitFor();
          await page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => undefined);
          await check(page, path);
        }
        expect(failures).toEqual([]);
        await context.close();
      });
    }
  }
});
