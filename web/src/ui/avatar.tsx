/** A person's initials on a colour that follows from their id; decoration only. */

import type { ReactElement } from "react";

export function Avatar({ id, name, size = 36 }: { id: string; name: string; size?: number }): ReactElement {
  let hash = 0;
  for (const character of id) {
    hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  }
  return (
    <span className={`avatar avatar-${hash % 8}`} style={{ width: size, height: size, fontSize: size * 0.4 }} aria-hidden>
      {initials(name)}
    </span>
  );
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0] ?? "";
  // Chinese names are shown by their last character, as people do there.
  if (/\p{Script=Han}/u.test(first)) {
    return [...first].at(-1) ?? "";
  }
  const second = words.length > 1 ? (words.at(-1) ?? "") : "";
  return ([...first][0] ?? "?").concat([...second][0] ?? "").toUpperCase();
}
