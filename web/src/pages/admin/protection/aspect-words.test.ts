import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import type { Aspect } from "../../../api/protection";
import { LANGUAGES, type Language, startLanguages, loadWords, setLanguage, translate } from "../../../i18n";
import { type Names, aspectWords, objectWords, valueWords } from "./aspect-words";

const names: Names = {
  person: (id) => `person ${id}`,
  department: (id) => `department ${id}`,
  group: (id) => `group ${id}`,
  folder: (id) => `folder ${id}`,
  role: (role) => `role ${role}`,
  permission: (permission) => `may ${permission}`,
};

const of = (kind: string, aspect: string, other?: string): Aspect => ({ kind, object: "x", aspect, ...(other === undefined ? {} : { of: other }) });
const words = (about: Aspect, value: unknown, among: unknown[] = []): string => valueWords(about, value, among, names, translate);

beforeAll(async () => {
  await startLanguages();
  await loadWords("protection");
  await setLanguage("en");
});

describe("values in words", () => {
  it.each<[Aspect, unknown, string]>([
    [of("group", "name"), "Crew", "“Crew”"],
    [of("group", "exists"), true, "there"],
    [of("group", "exists"), null, "not there"],
    [of("group", "member", "ann"), true, "a member"],
    [of("group", "member", "ann"), null, "no member"],
    [of("person", "role"), "admin", "role admin"],
    [of("person", "active"), false, "no"],
    [of("person", "departments"), ["d1", "d2"], "department d1, department d2"],
    [of("person", "departments"), [], "none"],
    [of("department", "parent"), { parent: null }, "at the top"],
    [of("department", "parent"), { parent: "d1" }, "in department d1"],
    [of("document", "place"), { parent: "f1" }, "in folder f1"],
    [of("message", "text"), { characters: 10 }, "a text of 10 characters"],
    [of("document", "trashed"), true, "yes"],
    [of("role", "permissions"), ["people.manage"], "may people.manage"],
    [of("folder", "permissions"), { inherits: false, grants: [{ to: "everyone", role: "viewer" }, { to: { group: "g" }, role: "editor" }] }, "Everyone: reads, group g: writes"],
    [of("folder", "permissions"), { inherits: true, grants: [] }, "as in the folder around it"],
    [of("conversation", "posters"), "members", "all members"],
    [of("conversation", "posters"), ["ann"], "person ann"],
    [of("conversation", "topic"), "", "empty"],
    [of("conversation", "name"), null, "none"],
    [of("document", "text"), { seq: 7 }, "as after change 7"],
    [of("document", "text"), { seq: 0 }, "empty"],
    [of("document", "text"), { as_of: 3 }, "as after change 3"],
    [of("document", "text"), { without: [4, 5] }, "without 2 changes that are taken back"],
    [of("document", "unheard-of"), [1, 2], "something this page cannot show"],
  ])("%j %j", (about, value, expected) => {
    expect(words(about, value)).toBe(expected);
  });

  it("tell of a profile what differs", () => {
    const before = { name: "Ann", handle: "ann", email: null };
    const now = { name: "Ann", handle: "evil", email: "x@y.example" };
    expect(words(of("person", "profile"), now, [before])).toBe("Short name: evil, Mail address: x@y.example");
    expect(words(of("person", "profile"), before, [now])).toBe("Short name: ann, Mail address: none");
  });

  it("cut long texts", () => {
    expect(words(of("message", "text"), "字".repeat(500))).toHaveLength(163);
  });
});

describe("things in words", () => {
  it("have their kind and name", () => {
    expect(objectWords({ aspect: of("group", "name"), label: "Crew" }, names, translate)).toBe("Group Crew");
    expect(objectWords({ aspect: of("person", "role"), label: null }, names, translate)).toBe("Person person x");
    expect(objectWords({ aspect: of("conversation", "name"), label: null }, names, translate)).toBe("Conversation without a name");
  });

  it("name the other one where there is one", () => {
    expect(aspectWords(of("group", "member", "ann"), names, translate)).toBe("Membership of person ann");
  });
});

describe.each(LANGUAGES)("in %s", (language: Language) => {
  it("nothing is left untranslated", async () => {
    await setLanguage(language);
    const all = [
      aspectWords(of("document", "trashed"), names, translate),
      objectWords({ aspect: of("folder", "name"), label: null }, names, translate),
      words(of("document", "text"), { without: [1] }),
      words(of("folder", "permissions"), { inherits: true, grants: [] }),
    ];
    expect(all.filter((text) => text.includes("protection."))).toEqual([]);
    expect(i18next.language).toBe(language);
  });
});
