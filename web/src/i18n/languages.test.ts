/** Every language says everything, in its own words. */

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import callingEn from "./calling/en";
import callingId from "./calling/id";
import callingZhHans from "./calling/zh-Hans";
import callingZhHant from "./calling/zh-Hant";
import responseEn from "./response/en";
import responseId from "./response/id";
import responseZhHans from "./response/zh-Hans";
import responseZhHant from "./response/zh-Hant";
import continuityEn from "./continuity/en";
import continuityId from "./continuity/id";
import continuityZhHans from "./continuity/zh-Hans";
import continuityZhHant from "./continuity/zh-Hant";
import documentsEn from "./documents/en";
import documentsId from "./documents/id";
import documentsZhHans from "./documents/zh-Hans";
import documentsZhHant from "./documents/zh-Hant";
import historyEn from "./history/en";
import historyId from "./history/id";
import historyZhHans from "./history/zh-Hans";
import historyZhHant from "./history/zh-Hant";
import mainEn from "./en";
import mainId from "./id";
import { preferredLanguage } from "./index";
import programmeEn from "./programme/en";
import programmeId from "./programme/id";
import programmeZhHans from "./programme/zh-Hans";
import programmeZhHant from "./programme/zh-Hant";
import protectionEn from "./protection/en";
import protectionId from "./protection/id";
import protectionZhHans from "./protection/zh-Hans";
import protectionZhHant from "./protection/zh-Hant";
import mainZhHans from "./zh-Hans";
import mainZhHant from "./zh-Hant";

const en = { ...mainEn, ...callingEn, ...continuityEn, ...documentsEn, ...historyEn, ...programmeEn, ...protectionEn, ...responseEn };
const id = { ...mainId, ...callingId, ...continuityId, ...documentsId, ...historyId, ...programmeId, ...protectionId, ...responseId };
const zhHans = { ...mainZhHans, ...callingZhHans, ...continuityZhHans, ...documentsZhHans, ...historyZhHans, ...programmeZhHans, ...protectionZhHans, ...responseZhHans };
const zhHant = { ...mainZhHant, ...callingZhHant, ...continuityZhHant, ...documentsZhHant, ...historyZhHant, ...programmeZhHant, ...protectionZhHant, ...responseZhHant };

const OTHERS = { id, "zh-Hans": zhHans, "zh-Hant": zhHant } as const;
const KEYS = Object.keys(en) as (keyof typeof en)[];

/** Words that are the same in Indonesian. */
const SAME_IN_INDONESIAN = new Set([
  "nav.admin", "person.unknown", "people.status", "account.operator", "accounts.operator", "role.admin",
]);

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && /\.tsx?$/.test(file.name) && !/\.test\./.test(file.name))
    .map((file) => `${file.parentPath}/${file.name}`);
}

describe.each(Object.entries(OTHERS))("%s", (language, words) => {
  it("has exactly the same keys", () => {
    expect(Object.keys(words).sort()).toEqual([...KEYS].sort());
  });

  it("fills the same gaps and leaves nothing empty", () => {
    for (const key of KEYS) {
      expect(words[key].trim(), key).not.toBe("");
      expect(placeholders(words[key]), key).toEqual(placeholders(en[key]));
    }
  });

  it("lets no English through", () => {
    for (const key of KEYS) {
      if (language === "id") {
        const isSame = words[key] === en[key];
        expect(isSame && !SAME_IN_INDONESIAN.has(key), `${key}: ${words[key]}`).toBe(false);
      } else if (key !== "person.unknown") {
        expect(words[key], key).toMatch(/\p{Script=Han}/u);
      }
    }
  });
});

describe("the two ways of writing Chinese", () => {
  it("are not mixed", () => {
    const simplifiedOnly = /[们这个说没时会发现关闭后对话线员话转]/u;
    for (const key of KEYS) {
      expect(zhHant[key], key).not.toMatch(/[们这说没时发关闭话线员转动态权无]/u);
    }
    expect(Object.values(zhHans).some((text) => simplifiedOnly.test(text))).toBe(true);
  });
});

describe("the app's source", () => {
  const text = sources("src").map((file) => readFileSync(file, "utf8")).join("\n");

  it("asks only for words that exist", () => {
    const asked = new Set([...text.matchAll(/\b(?:t|translate)\("([\w.]+)"/g)].map((match) => match[1] ?? ""));
    const known = new Set<string>(KEYS.map((key) => key.replace(/_(one|other)$/, "")));
    expect([...asked].filter((key) => !known.has(key))).toEqual([]);
    expect(asked.size).toBeGreaterThan(200);
  });

  it("has no words of its own between tags", () => {
    const loose = sources("src/pages").concat(sources("src/ui")).flatMap((file) => {
      const found = readFileSync(file, "utf8").match(/^\s+[A-Z][a-z]+ [a-z]+[^<>={}();]*$/gm) ?? [];
      return found.map((line) => `${file}: ${line.trim()}`).filter((line) => !/ \* |\/\//.test(line));
    });
    expect(loose).toEqual([]);
  });
});

describe("the language of the browser", () => {
  it.each([
    [["id-ID"], "id"], [["zh-TW"], "zh-Hant"], [["zh-HK", "en"], "zh-Hant"], [["zh-Hant-MY"], "zh-Hant"],
    [["zh-CN"], "zh-Hans"], [["zh"], "zh-Hans"], [["de-DE", "id"], "id"], [["fr"], "en"], [[], "en"],
  ])("%j is %s", (tags, language) => {
    expect(preferredLanguage(tags)).toBe(language);
  });
});
