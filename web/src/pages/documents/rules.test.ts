/** Small rules of the pages: trees, grants, links. */

import { describe, expect, it } from "vitest";
import type { TreeFolder } from "../../api/documents";
import { documentsPath, parseRoute } from "../../route";
import { linkAddress } from "./editor/tools";
import { withGrant, withoutGrant } from "./panels/grants";
import { around, branches, lines, within } from "./tree";

const folder = (folder_id: string, parent: string | null, name = folder_id): TreeFolder => ({ folder_id, parent, name, role: "editor" });
const FOLDERS = [folder("b", null), folder("a", null), folder("c", "a"), folder("d", "c"), folder("lost", "unknown")];

describe("the tree of folders", () => {
  it("is in the order of names; what lies in something unknown is at the top", () => {
    expect(lines(branches(FOLDERS), () => true).map(({ folder: { folder_id }, depth }) => `${folder_id}${depth}`)).toEqual(["a1", "c2", "d3", "b1", "lost1"]);
  });

  it("leaves out what lies in closed folders", () => {
    expect(lines(branches(FOLDERS), (id) => id === "a").map(({ folder: { folder_id } }) => folder_id)).toEqual(["a", "c", "b", "lost"]);
  });

  it("knows what lies within and around", () => {
    expect([...within(FOLDERS, "a")].sort()).toEqual(["a", "c", "d"]);
    expect(around(FOLDERS, "d")).toEqual(["c", "a"]);
  });
});

describe("grants", () => {
  it("are one for each subject", () => {
    const grants = withGrant([{ to: "everyone", role: "viewer" }], { to: { person: "p" }, role: "editor" });
    expect(withGrant(grants, { to: { person: "p" }, role: "viewer" })).toEqual([
      { to: "everyone", role: "viewer" },
      { to: { person: "p" }, role: "viewer" },
    ]);
    expect(withoutGrant(grants, "everyone")).toEqual([{ to: { person: "p" }, role: "editor" }]);
  });
});

describe("links", () => {
  it("lead to the web or to a mailbox, never to a script", () => {
    expect(linkAddress("example.org/a")).toBe("https://example.org/a");
    expect(linkAddress("mailto:a@example.org")).toBe("mailto:a@example.org");
    expect(linkAddress("javascript:alert(1)")).toBeNull();
    expect(linkAddress("  ")).toBeNull();
  });
});

describe("addresses of documents", () => {
  it("lead where they came from", () => {
    expect(parseRoute("/documents/w", "")).toEqual({ page: "documents", workspace: "w", place: "folder", item: null, words: "" });
    expect(documentsPath("w", "search", null, "a b")).toBe("/documents/w/search?q=a+b");
    expect(parseRoute("/documents/w/search", "?q=a+b")).toMatchObject({ place: "search", words: "a b" });
    expect(parseRoute(documentsPath("w", "document", "d"), "")).toMatchObject({ place: "document", item: "d" });
  });
});
