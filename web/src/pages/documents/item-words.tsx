/** Words and signs for items, used by every list. */

import type { ReactElement } from "react";
import type { ItemKind, ItemRole, Piece } from "../../api/documents";
import { useWorkspace } from "../../app-context";
import type { Id } from "../../api/types";
import type { Key } from "../../i18n";
import { documentsPath } from "../../route";
import type { IconName } from "../../ui/icon";

export const KIND_ICONS: Record<ItemKind, IconName> = { folder: "folder", document: "document", file: "file" };
export const KIND_WORDS: Record<ItemKind, Key> = {
  folder: "documents.kindFolder",
  document: "documents.kindDocument",
  file: "documents.kindFile",
};
export const ROLE_WORDS: Record<ItemRole, Key> = {
  viewer: "documents.roleViewer",
  commenter: "documents.roleCommenter",
  editor: "documents.roleEditor",
  manager: "documents.roleManager",
};

export function mayEdit(role: ItemRole): boolean {
  return role === "editor" || role === "manager";
}

/** Where an item is shown. */
export function useItemPath(): (item: { id: Id; kind: ItemKind }) => string {
  const workspace = useWorkspace();
  return ({ id, kind }) => documentsPath(workspace.id, kind === "folder" ? "folder" : "document", id);
}

export function Pieces({ pieces }: { pieces: readonly Piece[] }): ReactElement {
  return (
    <>
      {pieces.map((piece, index) => (piece.is_match ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>))}
    </>
  );
}
