/** Two moments side by side. */

import { cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ComparedBlock } from "../../api/documents";
import { loadWords, startLanguages } from "../../i18n";
import { hasChanges, rowsOf } from "./compare";
import { ComparisonTable } from "./panels/compare-dialog";
import { chosenWith, inOrder } from "./panels/moments";

const same = (markdown: string): ComparedBlock => ({ change: "same", markdown });
const BLOCKS: ComparedBlock[] = [
  ...["1", "2", "3", "4", "5"].map(same),
  {
    change: "changed",
    hunks: [
      { kind: "same", text: "the " },
      { kind: "deleted", text: "old" },
      { kind: "inserted", text: "new" },
      { kind: "same", text: " plan" },
    ],
  },
  { change: "added", markdown: "added here" },
  { change: "removed", markdown: "taken out" },
  same("end"),
];

describe("rows of a comparison", () => {
  it("put the earlier text left and the later right", () => {
    const row = rowsOf(BLOCKS).find((each) => each.kind === "changed");
    expect(row).toEqual({
      kind: "changed",
      left: [
        { text: "the ", isChanged: false },
        { text: "old", isChanged: true },
        { text: " plan", isChanged: false },
      ],
      right: [
        { text: "the ", isChanged: false },
        { text: "new", isChanged: true },
        { text: " plan", isChanged: false },
      ],
    });
  });

  it("leave a side empty where a block was added or taken out", () => {
    const [, added, removed] = rowsOf(BLOCKS).filter((each) => each.kind === "changed");
    expect(added).toMatchObject({ left: null, right: [{ text: "added here", isChanged: true }] });
    expect(removed).toMatchObject({ left: [{ text: "taken out", isChanged: true }], right: null });
  });

  it("fold long stretches that are the same, with a neighbour in sight", () => {
    const rows = rowsOf(BLOCKS);
    expect(rows[0]).toMatchObject({ kind: "folded" });
    expect(rows[1]).toEqual({ kind: "same", left: "5", right: "5" });
    expect(rowsOf([same("a"), same("b")]).map(({ kind }) => kind)).toEqual(["same", "same"]);
  });

  it("lose no block", () => {
    const count = rowsOf(BLOCKS).reduce((sum, row) => sum + (row.kind === "folded" ? row.rows.length : 1), 0);
    expect(count).toBe(BLOCKS.length);
    expect(hasChanges(BLOCKS)).toBe(true);
    expect(hasChanges([same("a")])).toBe(false);
  });
});

describe("the table", () => {
  beforeAll(async () => {
    await startLanguages();
    await loadWords("documents");
  });
  afterEach(cleanup);

  it("marks what went and what came, and unfolds when asked", () => {
    const { container, getByRole } = render(
      <ComparisonTable comparison={{ from_seq: 1, to_seq: 2, blocks: BLOCKS }} left="Then" right="Now" />,
    );
    expect([...container.querySelectorAll("del")].map((each) => each.textContent)).toEqual(["old", "taken out"]);
    expect([...container.querySelectorAll("ins")].map((each) => each.textContent)).toEqual(["new", "added here"]);
    expect(container.querySelectorAll(".compare-same")).toHaveLength(2);
    fireEvent.click(getByRole("button"));
    expect(container.querySelectorAll(".compare-same")).toHaveLength(6);
  });
});

describe("chosen moments", () => {
  const moment = (seq: number): { key: string; seq: number; label: string } => ({ key: String(seq), seq, label: "" });
  it("are two at most, and compared in order of time", () => {
    let chosen = chosenWith([], moment(9));
    chosen = chosenWith(chosen, moment(4));
    expect(inOrder(chosen).map(({ seq }) => seq)).toEqual([4, 9]);
    chosen = chosenWith(chosen, moment(7));
    expect(inOrder(chosen).map(({ seq }) => seq)).toEqual([4, 7]);
    expect(chosenWith(chosen, moment(7)).map(({ seq }) => seq)).toEqual([4]);
  });
});
