/** Where a comment stands: positions that stay with the words around them. */

import type { EditorState } from "@tiptap/pm/state";
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from "@tiptap/y-tiptap";
import { type Doc, type XmlFragment, decodeRelativePosition, encodeRelativePosition } from "yjs";
import { fromBase64, toBase64 } from "../../../documents/bytes";

interface Binding {
  doc: Doc;
  type: XmlFragment;
  mapping: Map<unknown, unknown>;
}

export interface Span {
  from: number;
  to: number;
}

const QUOTE_CHARACTERS = 1_000;

function bindingOf(state: EditorState): Binding | null {
  return (ySyncPluginKey.getState(state) as { binding?: Binding | null } | undefined)?.binding ?? null;
}

/** The two ends as bytes: the first one's length, the first, the second. */
export function anchorOf(state: EditorState, { from, to }: Span): string | null {
  const binding = bindingOf(state);
  if (binding === null || from === to) {
    return null;
  }
  const at = (position: number): Uint8Array =>
    encodeRelativePosition(absolutePositionToRelativePosition(position, binding.type, binding.mapping as never));
  const first = at(from);
  const second = at(to);
  if (first.length > 255) {
    return null;
  }
  return toBase64(new Uint8Array([first.length, ...first, ...second]));
}

/** Where an anchor's words are now; `null` once they are gone. */
export function spanOf(state: EditorState, anchor: string): Span | null {
  const binding = bindingOf(state);
  if (binding === null) {
    return null;
  }
  try {
    const bytes = fromBase64(anchor);
    const length = bytes[0] ?? 0;
    const at = (part: Uint8Array): number | null =>
      relativePositionToAbsolutePosition(binding.doc, binding.type, decodeRelativePosition(part), binding.mapping as never);
    const from = at(bytes.subarray(1, 1 + length));
    const to = at(bytes.subarray(1 + length));
    return from === null || to === null || from >= to ? null : { from, to };
  } catch {
    // Made by something else: the quote still says what it is about.
    return null;
  }
}

/** The chosen words as a comment quotes them. */
export function quoteOf(state: EditorState, { from, to }: Span): string {
  const text = state.doc.textBetween(from, to, " ", " ").replace(/\p{Cc}+/gu, " ").trim();
  return [...text].slice(0, QUOTE_CHARACTERS).join("");
}
