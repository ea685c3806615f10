/** A message's text: links, mentions and code; everything else as written. */

import type { ReactElement, ReactNode } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { Id } from "../../api/types";

interface TextProps {
  text: string;
  mentions?: readonly Id[];
  mentionsEveryone?: boolean;
}

type Piece = { kind: "text" | "link" | "mention" | "mention-me" | "code" | "block"; text: string };

export function MessageText({ text, mentions = [], mentionsEveryone = false }: TextProps): ReactElement {
  const workspace = useWorkspace();
  const people = useStore(workspace.roster.people);
  const handles = new Map<string, boolean>();
  for (const id of mentions) {
    const handle = people.get(id)?.handle;
    if (handle) {
      handles.set(handle.toLowerCase(), id === workspace.me);
    }
  }
  if (mentionsEveryone) {
    handles.set("everyone", true);
  }
  return (
    <>
      {piecesOf(text, handles).map((piece, index) => {
        const content: ReactNode = piece.text;
        switch (piece.kind) {
          case "link":
            return (
              <a key={index} href={piece.text} target="_blank" rel="noopener noreferrer nofollow">
                {content}
              </a>
            );
          case "mention":
          case "mention-me":
            return (
              <span key={index} className={piece.kind}>
                {content}
              </span>
            );
          case "code":
            return <code key={index}>{content}</code>;
          case "block":
            return (
              <pre key={index} tabIndex={0}>
                <code>{content}</code>
              </pre>
            );
          default:
            return <span key={index}>{content}</span>;
        }
      })}
    </>
  );
}

const PATTERN = /```\n?([\s\S]+?)```|`([^`\n]+)`|(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]，。；：！？）】])|@([\p{L}\p{N}._-]+)/gu;

/** Splits a text; `handles` tells which @names are mentions, and whether of the reader. */
export function piecesOf(text: string, handles: ReadonlyMap<string, boolean>): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const plain = (until: number): void => {
    if (until > done) {
      pieces.push({ kind: "text", text: text.slice(done, until) });
    }
  };
  for (const match of text.matchAll(PATTERN)) {
    const [whole, block, code, link, handle] = match;
    let piece: Piece | null = null;
    if (block !== undefined) {
      piece = { kind: "block", text: block };
    } else if (code !== undefined) {
      piece = { kind: "code", text: code };
    } else if (link !== undefined) {
      piece = { kind: "link", text: link };
    } else if (handle !== undefined) {
      const isMe = handles.get(handle.toLowerCase());
      piece = isMe === undefined ? null : { kind: isMe ? "mention-me" : "mention", text: whole };
    }
    if (piece !== null) {
      plain(match.index);
      pieces.push(piece);
      done = match.index + whole.length;
    }
  }
  plain(text.length);
  return pieces;
}
