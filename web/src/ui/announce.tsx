/** What a screen reader is told by itself: politely, and several things at once rather than one by one. */

import { type ReactElement, useEffect, useState } from "react";

const GATHER_MS = 1_200;
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let speak: ((text: string) => void) | null = null;

/** Says a sentence soon. `summary` is said instead when too many came at once. */
export function announce(text: string, summary?: (count: number) => string): void {
  waiting.push(text);
  timer ??= setTimeout(() => {
    timer = undefined;
    const all = waiting;
    waiting = [];
    speak?.(all.length > 3 && summary ? summary(all.length) : all.slice(0, 3).join(". "));
  }, GATHER_MS);
}

export function LiveRegion(): ReactElement {
  const [text, setText] = useState("");
  useEffect(() => {
    speak = setText;
    return () => {
      speak = null;
    };
  }, []);
  return (
    <div className="only-heard" role="status" aria-live="polite" aria-atomic="true">
      {text}
    </div>
  );
}
