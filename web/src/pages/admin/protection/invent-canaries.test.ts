import { describe, expect, it } from "vitest";
import { LANGUAGES } from "../../../i18n";
import { inventCanaries } from "./invent-canaries";

describe.each(LANGUAGES)("canaries in %s", (language) => {
  it.each([[0, 3], [0.5, 4], [0.999, 5]])("are different from each other, at %f", (random, count) => {
    const folder = inventCanaries(language, () => random);
    expect(folder.name).not.toBe("");
    expect(folder.documents).toHaveLength(count);
    expect(new Set(folder.documents.map(({ title }) => title)).size).toBe(count);
    for (const { title, markdown } of folder.documents) {
      expect(markdown.startsWith(`# ${title}\n`)).toBe(true);
      expect([...title].length).toBeLessThanOrEqual(200);
    }
  });
});
