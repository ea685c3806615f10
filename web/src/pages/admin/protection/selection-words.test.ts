import { beforeAll, describe, expect, it } from "vitest";
import type { Selection } from "../../../api/protection";
import { LANGUAGES, loadWords, momentText, setLanguage, startLanguages, translate } from "../../../i18n";
import { selectionWords } from "./selection-words";

const words = (selection: unknown): string => selectionWords(selection as Selection, (id) => `person ${id}`, translate);
const object = { module: "directory", kind: "group", object: "g" };
const AT = 1_700_000_000_000;

beforeAll(async () => {
  await startLanguages();
  await loadWords("protection");
  await setLanguage("en");
});

describe("what a rewind is about", () => {
  it("is a person's changes, with or without an end", () => {
    expect(words({ person: { person_id: "ann", since: AT } })).toBe(`person ann, since ${momentText(AT)}`);
    expect(words({ person: { person_id: "ann", since: AT, until: AT + 1_000 } })).toContain(` to ${momentText(AT + 1_000)}`);
  });

  it("is another rewind", () => expect(words({ rewind: { rewind_id: "r" } })).toBe("A rewind is taken back"));

  it("is everything, or some objects, as of a moment", () => {
    expect(words({ moment: { to: AT } })).toBe(`The whole workspace back to ${momentText(AT)}`);
    expect(words({ moment: { to: AT, objects: [object] } })).toBe(`1 object back to ${momentText(AT)}`);
    expect(words({ moment: { to: AT, objects: [object, { ...object, object: "h" }] } })).toBe(`2 objects back to ${momentText(AT)}`);
  });

  it("has words also where this page does not know it", () => {
    expect(words({ department: { department_id: "d" } })).toBe("Changes selected in a way this page does not know");
  });
});

it.each(LANGUAGES)("says it in %s", async (language) => {
  await setLanguage(language);
  for (const selection of [{ moment: { to: AT } }, { moment: { to: AT, objects: [object] } }, { other: 1 }]) {
    expect(words(selection)).not.toContain("protection.");
  }
});
