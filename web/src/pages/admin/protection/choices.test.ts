import { describe, expect, it } from "vitest";
import type { Aspect, PlannedChange } from "../../../api/protection";
import { CHOICES_MAX, type Chosen, choiceOf, choicesBody, choicesFor, countsOf, isTooMany, withChoice } from "./choices";

const NOTHING: Chosen = new Map();

function aspect(object: string, of = "name"): Aspect {
  return { kind: "group", object, aspect: of };
}

function change(object: string, more: Partial<PlannedChange> = {}): PlannedChange {
  return {
    module: "directory", aspect: aspect(object), label: object, before: "a", now: "b", wanted: "a",
    hits: 1, first_at: 1, last_at: 2, others: 0, is_kept: false, has_choice: false, ...more,
  };
}

const text = change("d", { aspect: { kind: "document", object: "d", aspect: "text" }, has_choice: true, others: 2 });
const made = change("m", { aspect: aspect("m", "exists"), is_kept: true });

describe("what was chosen", () => {
  it("is what was planned until somebody chooses otherwise", () => {
    expect(choiceOf(NOTHING, change("a"))).toBe("put_back");
    expect(choiceOf(NOTHING, made)).toBe("keep");
    expect(choicesBody(NOTHING)).toEqual({});
  });

  it("names things that stay, things that go back after all, and texts as they were", () => {
    let chosen = withChoice(NOTHING, change("a"), "keep");
    chosen = withChoice(chosen, made, "put_back");
    chosen = withChoice(chosen, text, "as_before");
    expect(choicesBody(chosen)).toEqual({ keep: [aspect("a")], put_back: [made.aspect, text.aspect], as_before: [text.aspect] });
  });

  it("names what goes back also where it no longer stays by itself", () => {
    const chosen = withChoice(NOTHING, made, "put_back");
    // Meanwhile the plan puts it back anyway; by the time it is carried out that may have changed again.
    const entry = chosen.get([...chosen.keys()][0] ?? "");
    const later: Chosen = new Map([["m", { change: { ...made, is_kept: false }, choice: entry?.choice ?? "keep" }]]);
    expect(choicesBody(later)).toEqual({ put_back: [made.aspect] });
  });

  it("names what stays by itself also where it goes back as it was before", () => {
    const keptText = { ...text, is_kept: true };
    expect(choicesBody(withChoice(NOTHING, keptText, "as_before"))).toEqual({ put_back: [text.aspect], as_before: [text.aspect] });
  });

  it("is forgotten when it is what was planned again", () => {
    const chosen = withChoice(withChoice(NOTHING, made, "put_back"), made, "keep");
    expect(chosen.size).toBe(0);
  });

  it("tells memberships of one group from each other", () => {
    const ann = change("g", { aspect: { ...aspect("g", "member"), of: "ann" } });
    const ben = change("g", { aspect: { ...aspect("g", "member"), of: "ben" } });
    const chosen = withChoice(NOTHING, ann, "keep");
    expect([choiceOf(chosen, ann), choiceOf(chosen, ben)]).toEqual(["keep", "put_back"]);
  });
});

describe("what can be chosen", () => {
  it("has a third way only where others wrote too", () => {
    expect(choicesFor(change("a"))).toEqual(["put_back", "keep"]);
    expect(choicesFor(text)).toEqual(["put_back", "as_before", "keep"]);
  });
});

describe("the counts a person approves", () => {
  const plan = { changes: 10, kept: 2, items: [] };
  it("are the plan's without choices", () => expect(countsOf(plan, NOTHING)).toEqual({ back: 8, kept: 2 }));
  it("follow what was chosen", () => {
    let chosen = withChoice(NOTHING, change("a"), "keep");
    chosen = withChoice(chosen, change("b"), "keep");
    chosen = withChoice(chosen, made, "put_back");
    chosen = withChoice(chosen, text, "as_before");
    expect(countsOf(plan, chosen)).toEqual({ back: 7, kept: 3 });
  });

  it("leave out what is not in the plan any more", () => {
    const chosen = withChoice(withChoice(NOTHING, change("a"), "keep"), change("b"), "keep");
    expect(countsOf({ changes: 1, kept: 0, items: [change("a")] }, chosen)).toEqual({ back: 0, kept: 1 });
  });

  it("follow the plan where it says otherwise by now", () => {
    const chosen = withChoice(NOTHING, made, "put_back");
    expect(countsOf({ changes: 2, kept: 0, items: [{ ...made, is_kept: false }, change("a")] }, chosen)).toEqual({ back: 2, kept: 0 });
  });
});

describe("how many can be chosen", () => {
  it("counts a text that becomes what it was before twice, as it is named", () => {
    const texts = (count: number): Chosen =>
      new Map(Array.from({ length: count }, (_, index) => [String(index), { change: { ...text, aspect: { ...text.aspect, object: String(index) } }, choice: "as_before" as const }]));
    expect(isTooMany(texts(CHOICES_MAX / 2))).toBe(false);
    expect(isTooMany(texts(CHOICES_MAX / 2 + 1))).toBe(true);
  });
});
