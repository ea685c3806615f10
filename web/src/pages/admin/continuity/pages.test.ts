import { describe, expect, it } from "vitest";
import { continuityPath, parseRoute } from "../../../route";
import { PAGES, pagesFor } from "./pages";

const visitor = (isOperator: boolean) => ({ isOperator, may: () => false, reach: { command: false, succession: false } });

describe("the pages of the console", () => {
  it("about the installation are for its operators only", () => {
    expect(pagesFor(visitor(true)).map(({ place }) => place)).toContain("availability");
    expect(pagesFor(visitor(false))).toEqual([]);
  });

  it("have an address each, which leads back to them", () => {
    expect(new Set(PAGES.map(({ place }) => place)).size).toBe(PAGES.length);
    expect(parseRoute(continuityPath("w", "drills", 7), "")).toMatchObject({ page: "admin", section: "continuity", subpage: "drills", item: "7" });
  });
});
