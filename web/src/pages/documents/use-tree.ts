/** All folders the person may read, for trees and for choosing one. */

import { useEffect, useState } from "react";
import { useApp, useStore, useWorkspace } from "../../app-context";
import type { TreeFolder } from "../../api/documents";
import type { Page } from "../../api/types";
import { codeOf } from "../../ui/failure";

export interface Folders {
  folders: readonly TreeFolder[] | null;
  failure: string | null;
}

export function useFolders(): Folders {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const changes = useStore(workspace.documents.changes);
  const [state, setState] = useState<Folders>({ folders: null, failure: null });

  useEffect(() => {
    let isWanted = true;
    const load = async (): Promise<void> => {
      const folders: TreeFolder[] = [];
      let cursor: string | null = null;
      do {
        const { minSeq } = workspace.documents;
        const page: Page<TreeFolder> = await transport.query("/api/documents/folder-tree", {
          workspace_id: workspace.id,
          limit: 200,
          cursor,
          min_seq: minSeq === 0 ? undefined : minSeq,
        });
        folders.push(...page.items);
        cursor = page.next;
      } while (cursor !== null && isWanted);
      if (isWanted) {
        setState({ folders, failure: null });
      }
    };
    load().catch((error: unknown) => {
      if (isWanted) {
        setState((before) => ({ ...before, failure: codeOf(error) }));
      }
    });
    return () => {
      isWanted = false;
    };
  }, [transport, workspace, changes]);
  return state;
}
