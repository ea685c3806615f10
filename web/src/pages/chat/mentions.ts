/** @names in what is being written. */

import type { Id, Person } from "../../api/types";

export interface Token {
  start: number;
  end: number;
  word: string;
}

/** The @word the cursor stands in, if any. */
export function tokenAt(text: string, cursor: number): Token | null {
  const before = /(^|[\s(（，。])@([\p{L}\p{N}._-]*)$/u.exec(text.slice(0, cursor));
  if (before === null) {
    return null;
  }
  const word = before[2] ?? "";
  return { start: cursor - word.length - 1, end: cursor, word };
}

/** Whom a text mentions. */
export function mentionsIn(text: string, people: ReadonlyMap<Id, Person>): { people: Id[]; everyone: boolean } {
  const handles = new Set<string>();
  for (const match of text.matchAll(/@([\p{L}\p{N}._-]+)/gu)) {
    handles.add((match[1] ?? "").toLowerCase());
    // A full stop after a name ends the sentence, not the name.
    handles.add((match[1] ?? "").toLowerCase().replace(/[.-]+$/, ""));
  }
  const found: Id[] = [];
  if (handles.size > 0) {
    for (const person of people.values()) {
      if (person.handle !== "" && handles.has(person.handle.toLowerCase())) {
        found.push(person.id);
      }
    }
  }
  return { people: found, everyone: handles.has("everyone") };
}
