/** The one word about where what was written is. */

import { describe, expect, it } from "vitest";
import type { ItemState, OutboxItem } from "../sync/outbox-item";
import { type SaveFacts, counted, needsMending, saveState } from "./save-state";

const NOTHING: SaveFacts = { unkept: 0, gathered: 0, open: 0, refused: 0, isSafe: true };

function update(state: ItemState, document = "d", code?: string): OutboxItem {
  return {
    id: `${state}-${code ?? ""}`,
    lane: `document:${document}`,
    order: 1,
    module: "documents",
    verb: "update-document",
    command: { document_id: document, update: "" },
    created_at: 0,
    state,
    attempts: 1,
    possibly_written: false,
    at: 0,
    ...(code === undefined ? {} : { problem: { status: 409, code } }),
  };
}

describe("the state of what was written", () => {
  it("is safe only on evidence", () => {
    expect(saveState(NOTHING)).toBe("safe");
    expect(saveState({ ...NOTHING, isSafe: false })).toBe("kept");
  });

  it("is on this device while anything waits here", () => {
    expect(saveState({ ...NOTHING, gathered: 1 })).toBe("kept");
    expect(saveState({ ...NOTHING, open: 2 })).toBe("kept");
  });

  it("is not saved while something is on no disk, or was refused", () => {
    expect(saveState({ ...NOTHING, unkept: 1 })).toBe("unsaved");
    expect(saveState({ ...NOTHING, refused: 1, open: 3 })).toBe("unsaved");
  });

  it("counts the commands of this document only", () => {
    const items = [update("sending"), update("waiting"), update("refused", "d", "content_unfit"), update("queued", "other")];
    expect(counted(items, "d")).toEqual({ open: 2, refused: 1 });
  });

  it("takes what can be mended for what is on its way", () => {
    const item = update("refused", "d", "update_out_of_order");
    expect(needsMending(item)).toBe(true);
    expect(counted([item], "d")).toEqual({ open: 1, refused: 0 });
  });
});
