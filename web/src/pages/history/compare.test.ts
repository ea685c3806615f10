import { describe, expect, it } from "vitest";
import { compare } from "./compare";

interface Row {
  id: string;
  name: string;
}

const rows = (...names: string[]): Row[] => names.map((name) => ({ id: name.charAt(0), name }));

function told(then: Row[], now: Row[]): string[] {
  const compared = compare(then, now, (row) => row.id, (row) => [row.name]);
  return compared.map((each) => `${each.row.name} ${each.difference}`);
}

describe("rows of then beside rows of now", () => {
  it("says what is the same, differs, is gone or is new", () => {
    expect(told(rows("ann", "ben", "cyd"), rows("dee", "cyd", "benno"))).toEqual([
      "ann gone", "ben differs", "cyd same", "dee new",
    ]);
  });

  it("calls nothing gone or new where a list is not whole", () => {
    const compared = compare(rows("ann", "ben"), rows("benno", "dee"), (row) => row.id, (row) => [row.name], false);
    expect(compared.map((each) => `${each.row.name} ${each.difference}`)).toEqual(["ann unknown", "ben differs"]);
  });

  it("says nothing while now is not known", () => {
    const compared = compare(rows("ann"), null, (row) => row.id, (row) => [row.name]);
    expect(compared.map((each) => each.difference)).toEqual(["unknown"]);
  });

  it("has nothing to say of nothing", () => {
    expect(told([], [])).toEqual([]);
  });
});
