/** Mends a document that is not open: nothing needs the editor for that. */

import { Doc } from "yjs";
import type { Id } from "../api/types";
import type { Workspace } from "../chat/workspace";
import { mend } from "./mend";

export async function mendClosed(workspace: Workspace, document: Id): Promise<void> {
  const doc = new Doc();
  await mend(workspace, document, doc).catch(() => undefined);
  doc.destroy();
}
