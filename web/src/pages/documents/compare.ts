/** Two moments side by side: what stands left, what stands right. */

import type { ComparedBlock } from "../../api/documents";

export interface Part {
  text: string;
  isChanged: boolean;
}

export type Row =
  | { kind: "same"; left: string; right: string }
  | { kind: "changed"; left: Part[] | null; right: Part[] | null }
  /** Blocks that are the same, folded away. */
  | { kind: "folded"; rows: { kind: "same"; left: string; right: string }[] };

/** Same blocks that stay in sight before and after a change. */
const AROUND = 1;
const FOLDED_FROM = 3;

export function rowsOf(blocks: readonly ComparedBlock[]): Row[] {
  const rows: Row[] = [];
  let same: { kind: "same"; left: string; right: string }[] = [];
  const settle = (isLast: boolean): void => {
    const before = rows.length === 0 ? 0 : AROUND;
    const after = isLast ? 0 : AROUND;
    const hidden = same.slice(before, same.length - after);
    if (hidden.length >= FOLDED_FROM) {
      rows.push(...same.slice(0, before), { kind: "folded", rows: hidden }, ...same.slice(same.length - after));
    } else {
      rows.push(...same);
    }
    same = [];
  };
  for (const block of blocks) {
    if (block.change === "same") {
      same.push({ kind: "same", left: block.markdown, right: block.markdown });
    } else {
      settle(false);
      rows.push(changedRow(block));
    }
  }
  settle(true);
  return rows;
}

function changedRow(block: Exclude<ComparedBlock, { change: "same" }>): Row {
  if (block.change === "changed") {
    const side = (without: "inserted" | "deleted"): Part[] =>
      block.hunks.filter(({ kind }) => kind !== without).map(({ kind, text }) => ({ text, isChanged: kind !== "same" }));
    return { kind: "changed", left: side("inserted"), right: side("deleted") };
  }
  const whole = [{ text: block.markdown, isChanged: true }];
  return block.change === "added" ? { kind: "changed", left: null, right: whole } : { kind: "changed", left: whole, right: null };
}

export function hasChanges(blocks: readonly ComparedBlock[]): boolean {
  return blocks.some(({ change }) => change !== "same");
}
