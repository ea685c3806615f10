/** Whatever the time machine shows has words. */

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import historyEn from "../../i18n/history/en";
import { statusText } from "./views";

const MODULES = "../modules";
const SERVER = "../crates/server/src/http/workspace_changes.rs";

/** Kinds the server keeps to itself. */
const UNTOLD = [...(/UNTOLD: [^=]*= \[([^\]]*)\]/.exec(readFileSync(SERVER, "utf8"))?.[1] ?? "").matchAll(/"([^"]+)"/g)].map((found) => found[1] ?? "");

/** Kinds a module writes, from its frozen events or, where it has no file of them, from its facts. */
function kinds(): string[] {
  const files = readdirSync(MODULES, { recursive: true, encoding: "utf8" }).filter((file) => /\/src\/(.*\/)?fixtures\/events\.json$/.test(file));
  const frozen = files.map((file) => `${MODULES}/${file}`).flatMap((file) =>
    (JSON.parse(readFileSync(file, "utf8")) as { kind: string }[]).map(({ kind }) => kind),
  );
  const directory = [...readFileSync(`${MODULES}/directory/src/events.rs`, "utf8").matchAll(/^fact!\(\w+, "([^"]+)"\)/gm)].map((found) => found[1] ?? "");
  expect(frozen.length).toBeGreaterThan(50);
  expect(directory.length).toBeGreaterThan(15);
  return [...new Set([...frozen, ...directory])];
}

describe("changes", () => {
  it("each have words of their own", () => {
    expect(UNTOLD).toContain("draft-saved");
    const words = new Set(Object.keys(historyEn));
    expect(kinds().filter((kind) => !UNTOLD.includes(kind) && !words.has(`change.${kind}`))).toEqual([]);
  });
});

describe("what people are", () => {
  it.each([
    ["active", "history.active"], ["quarantined", "history.quarantined"], ["deactivated", "history.deactivated"], ["retired", "retired"],
  ])("%s is %s", (status, expected) => {
    expect(statusText(status, (key) => key)).toBe(expected);
  });
});
