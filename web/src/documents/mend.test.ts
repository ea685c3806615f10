/** What a site refused because something before it was missing is sent once more, with that. */

import { describe, expect, it } from "vitest";
import { Doc, applyUpdate, encodeStateAsUpdate, encodeStateVector } from "yjs";
import { fromBase64, toBase64 } from "./bytes";
import { missingAt } from "./mend";

describe("mending", () => {
  it("sends all that the site has not, and only that", () => {
    const site = new Doc();
    const mine = new Doc();
    const text = mine.getText("t");
    text.insert(0, "known ");
    applyUpdate(site, encodeStateAsUpdate(mine));
    const lost: Uint8Array[] = [];
    mine.on("update", (update: Uint8Array) => lost.push(update));
    text.insert(6, "lost ");
    text.insert(11, "refused");
    // The second update alone waits for the first.
    applyUpdate(site, lost[1] as Uint8Array);
    expect(site.getText("t").toString()).toBe("known ");
    const fresh = new Doc();
    applyUpdate(fresh, encodeStateAsUpdate(site));
    applyUpdate(fresh, missingAt(mine, toBase64(encodeStateVector(fresh))));
    expect(fresh.getText("t").toString()).toBe("known lost refused");
  });

  it("carries bytes of every value", () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    expect(toBase64(new Uint8Array([1]))).toBe("AQ==");
  });
});
