/** Keeps the focus on a message while the row under it is exchanged (waiting, then acknowledged). */

import { type FocusEvent, type RefObject, useLayoutEffect, useRef } from "react";

export function useKeptFocus(place: RefObject<HTMLElement | null>, rows: unknown): {
  onFocus(event: FocusEvent): void;
  onBlur(event: FocusEvent): void;
} {
  const key = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (key.current !== null && document.activeElement === document.body) {
      place.current
        ?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key.current)}"]`)
        ?.focus({ preventScroll: true });
    }
  }, [place, rows]);
  return {
    onFocus: (event) => {
      key.current = event.target instanceof HTMLElement ? (event.target.dataset["key"] ?? null) : null;
    },
    onBlur: (event) => {
      // A row that is taken away also loses the focus; that is no wish to go elsewhere.
      if (event.target.isConnected && event.relatedTarget !== null) {
        key.current = null;
      }
    },
  };
}
