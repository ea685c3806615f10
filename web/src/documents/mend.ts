/**
 * Sends once more what a site refused because it builds upon something the site never got: all that
 * this device has and the site has not, as one update.
 */

import { type Doc, applyUpdate, encodeStateAsUpdate } from "yjs";
import type { DocumentDetails } from "../api/documents";
import type { Id } from "../api/types";
import type { Workspace } from "../chat/workspace";
import { fromBase64, toBase64 } from "./bytes";
import { needsMending, updatesOf } from "./save-state";

/** Origin of changes that did not come from this page's editor. */
export const FROM_ELSEWHERE = Symbol("from elsewhere");

export async function askDocument(workspace: Workspace, document: Id): Promise<DocumentDetails> {
  const { minSeq } = workspace.documents;
  return workspace.doors.transport.query<DocumentDetails>("/api/documents/document", {
    workspace_id: workspace.id,
    document_id: document,
    min_seq: minSeq === 0 ? undefined : minSeq,
  });
}

/** Applies what waits in the outbox, so that the document is as the person left it. */
export function applyWaiting(workspace: Workspace, document: Id, doc: Doc): void {
  for (const item of updatesOf(workspace.doors.outbox.get(), document)) {
    applyUpdate(doc, fromBase64(String(item.command["update"])), FROM_ELSEWHERE);
  }
}

/** What `doc` has and a site in the state `vector` has not. */
export function missingAt(doc: Doc, vector: string): Uint8Array {
  return encodeStateAsUpdate(doc, fromBase64(vector));
}

export async function mend(workspace: Workspace, document: Id, doc: Doc): Promise<void> {
  const { outbox } = workspace.doors;
  const refused = updatesOf(outbox.get(), document).filter(needsMending);
  if (refused.length === 0) {
    return;
  }
  const details = await askDocument(workspace, document);
  applyUpdate(doc, fromBase64(details.state ?? ""), FROM_ELSEWHERE);
  applyWaiting(workspace, document, doc);
  await workspace.documents.command(document, "update-document", {
    update: toBase64(missingAt(doc, details.state_vector ?? "")),
  });
  for (const item of refused) {
    await outbox.discard(item.id);
  }
}
