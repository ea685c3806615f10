/** Without a mouse: from signing in to a message sent, answered in a thread, and found again. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api, demo, hasDemo, launch, message, open } from "./demo";

describe.skipIf(!hasDemo)("with the keyboard alone", () => {
  let browser: Browser;
  const name = `Keys ${Date.now()}`;
  beforeAll(async () => {
    browser = await launch();
    await (await Api.signIn("b")).group(name);
  });
  afterAll(() => browser?.close());

  it("one signs in, opens a conversation, sends, replies and searches", async () => {
    const { page, context } = await open(browser, "b");
    const keys = page.keyboard;
    await page.locator("[name=user]").waitFor();
    await keys.type(demo.user);
    await keys.press("Tab");
    await keys.type(demo.password);
    await keys.press("Enter");
    await page.locator(".conversation-row").first().waitFor();

    await keys.press("Control+k");
    await keys.type(name);
    await page.locator(".conversation-row", { hasText: name }).waitFor();
    await keys.press("ArrowDown");
    await keys.press("Enter");
    await page.locator(".conversation-head", { hasText: name }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");

    await keys.type("sent by keyboard, 已用键盘发送");
    await keys.press("Enter");
    const sent = message(page, "sent by keyboard");
    await sent.waitFor();
    await page.waitForFunction(() => document.querySelector(".message:not(.is-pending)") !== null);

    // Back from the composer into the list: the newest message is its one tab stop.
    for (let presses = 0; presses < 8; presses += 1) {
      await keys.press("Shift+Tab");
      if (await page.evaluate(() => document.activeElement?.classList.contains("message") ?? false)) {
        break;
      }
    }
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("sent by keyboard");
    await keys.press("t");
    await page.locator(".thread textarea").waitFor();
    await page.waitForFunction(() => document.activeElement?.closest(".thread") !== null);
    await keys.type("a reply");
    await keys.press("Enter");
    await page.locator(".thread .message", { hasText: "a reply" }).waitFor();
    await keys.press("Escape");
    await page.locator(".thread").waitFor({ state: "detached" });

    await keys.press("?");
    // In a field a question mark is a question mark; outside of one it opens the list of keys.
    if (await page.evaluate(() => document.activeElement?.tagName === "TEXTAREA")) {
      await keys.press("Backspace");
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await keys.press("?");
    }
    await page.locator("dialog[open]").waitFor();
    await keys.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });

    await page.locator(".conversations-head a").focus();
    await keys.press("Enter");
    await page.locator(".search input[type=search]").waitFor();
    await keys.type("键盘");
    await page.locator(".result mark", { hasText: "键盘" }).first().waitFor({ timeout: 15_000 });
    await context.close();
  });
});
