/** The time machine: what was renamed is there under its old name at the moment before. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../src/ids";
import { Api, hasDemo, launch, open, signIn } from "./demo";

describe.skipIf(!hasDemo)("the time machine", () => {
  let browser: Browser;
  let workspace: string;
  const before = `Deck ${Date.now()}`;
  const after = `Bridge ${Date.now()}`;

  beforeAll(async () => {
    browser = await launch();
    const api = await Api.signIn("b");
    workspace = await api.workspace();
    const group = newId();
    await api.order("b", "/api/directory/create-group", { group_id: group, name: before }, workspace);
    await api.order("b", "/api/directory/rename-group", { group_id: group, name: after }, workspace);
  });

  afterAll(() => browser?.close());

  it("goes back change by change, by keyboard, and says what differs now", async () => {
    const { page, context, failures } = await open(browser, "b");
    await signIn(page);
    await page.goto(`${new URL(page.url()).origin}/admin/${workspace}/history`);
    await page.locator(".history-what").getByText("Groups", { exact: true }).click();
    const row = (name: string): ReturnType<typeof page.locator> => page.locator(".history-row", { hasText: name });
    await row(after).waitFor();
    expect(await row(after).textContent()).toContain("as it is now");

    const previous = page.getByRole("button", { name: "Previous change" });
    const newest = page.locator(".history-list li").first();
    await newest.waitFor();
    // Step by step, however long each takes: a step too many would go past it. What is told to the second
    // may be the same for two changes; the moment itself is not.
    const asOf = page.locator(".history-as-of");
    for (let step = 0; step < 10 && !(await newest.textContent())?.includes("created a group"); step += 1) {
      const moment = await asOf.getAttribute("data-moment");
      await previous.focus();
      await page.keyboard.press("Enter");
      await page.locator(`.history-as-of:not([data-moment="${moment}"])`).waitFor();
      await newest.waitFor();
    }
    await row(before).waitFor();
    expect(await row(before).textContent()).toContain(`now: Name ${after}`);

    // The slider by its keys: to the very beginning, where there was no group of that name.
    await page.locator("input[type=range]").focus();
    await page.keyboard.press("Home");
    await page.locator(".history-row.is-new", { hasText: after }).waitFor();
    await page.locator("input[type=range]").focus();
    await page.keyboard.press("End");
    await row(after).waitFor();

    expect(failures).toEqual([]);
    await context.close();
  });
});
