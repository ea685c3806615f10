/** The four languages, with no word of another on the screen. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import continuityEn from "../src/i18n/continuity/en";
import continuityId from "../src/i18n/continuity/id";
import continuityZhHans from "../src/i18n/continuity/zh-Hans";
import continuityZhHant from "../src/i18n/continuity/zh-Hant";
import documentsEn from "../src/i18n/documents/en";
import documentsId from "../src/i18n/documents/id";
import documentsZhHans from "../src/i18n/documents/zh-Hans";
import documentsZhHant from "../src/i18n/documents/zh-Hant";
import mainEn from "../src/i18n/en";
import historyEn from "../src/i18n/history/en";
import historyId from "../src/i18n/history/id";
import historyZhHans from "../src/i18n/history/zh-Hans";
import historyZhHant from "../src/i18n/history/zh-Hant";
import mainId from "../src/i18n/id";
import protectionEn from "../src/i18n/protection/en";
import protectionId from "../src/i18n/protection/id";
import protectionZhHans from "../src/i18n/protection/zh-Hans";
import protectionZhHant from "../src/i18n/protection/zh-Hant";
import mainZhHans from "../src/i18n/zh-Hans";
import mainZhHant from "../src/i18n/zh-Hant";
import { Api, hasDemo, launch, open, signIn } from "./demo";

const en = { ...mainEn, ...continuityEn, ...documentsEn, ...historyEn, ...protectionEn };
const id = { ...mainId, ...continuityId, ...documentsId, ...historyId, ...protectionId };
const zhHans = { ...mainZhHans, ...continuityZhHans, ...documentsZhHans, ...historyZhHans, ...protectionZhHans };
const zhHant = { ...mainZhHant, ...continuityZhHant, ...documentsZhHant, ...historyZhHant, ...protectionZhHant };
const LANGUAGES = { "id-ID": id, "zh-CN": zhHans, "zh-TW": zhHant } as const;

describe.skipIf(!hasDemo)("the app speaks", () => {
  let browser: Browser;
  let workspace: string;
  beforeAll(async () => {
    browser = await launch();
    workspace = await (await Api.signIn("b")).workspace();
  });
  afterAll(() => browser?.close());

  for (const [locale, words] of Object.entries(LANGUAGES)) {
    it(`${locale} everywhere`, async () => {
      const { page, context } = await open(browser, "b", { locale });
      expect(await page.locator("h1").textContent()).toBe(words["signIn.title"]);
      await signIn(page);
      const foreign = new Set<string>(
        (Object.keys(en) as (keyof typeof en)[])
          .filter((key) => en[key] !== words[key] && !Object.values(words).includes(en[key]))
          .map((key) => en[key]),
      );
      const origin = new URL(page.url()).origin;
      for (const path of ["", `/documents/${workspace}`, `/documents/${workspace}/trash`, "/now", "/account", `/admin/${workspace}/people`, `/admin/${workspace}/roles`, `/admin/${workspace}/history`, ...["alarms", "rewinds", "rewinds/new", "canaries", "maintenance"].map((place) => `/admin/${workspace}/protection/${place}`), ...["availability", "drills"].map((place) => `/admin/${workspace}/continuity/${place}`)]) {
        await page.goto(origin + path);
        await page.locator("main h1").first().waitFor({ state: "attached" });
        await page.waitForTimeout(500);
        const shown = await page.evaluate(() => {
          const texts: string[] = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
            // What was recorded is shown as it was recorded, marked as such.
            if (!node.parentElement?.closest("code")) {
              texts.push(node.textContent?.trim() ?? "");
            }
          }
          for (const element of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
            texts.push(...["aria-label", "placeholder", "title"].map((name) => element.getAttribute(name) ?? ""));
          }
          return texts;
        });
        expect(shown.filter((text) => foreign.has(text)), `${locale} ${path}`).toEqual([]);
      }
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(
        { "id-ID": "id", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant" }[locale],
      );
      await context.close();
    });
  }

  it("another language at once when it is chosen, and still after a reload", async () => {
    const { page, context } = await open(browser, "b");
    await signIn(page);
    await page.goto(`${new URL(page.url()).origin}/account`);
    await page.locator("select").selectOption("id");
    await page.getByRole("heading", { level: 1, name: id["account.title"] }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: id["account.title"] }).waitFor();
    await context.close();
  });
});
