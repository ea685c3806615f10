/** Folders as a tree. */

import type { TreeFolder } from "../../api/documents";
import type { Id } from "../../api/types";

export interface Branch {
  folder: TreeFolder;
  depth: number;
  branches: Branch[];
}

/** Puts folders into each other, by name; one whose parent is not shown lies at the top. */
export function branches(folders: readonly TreeFolder[]): Branch[] {
  const known = new Set(folders.map(({ folder_id }) => folder_id));
  const byParent = new Map<Id | null, TreeFolder[]>();
  for (const folder of folders) {
    const parent = folder.parent !== null && known.has(folder.parent) ? folder.parent : null;
    byParent.set(parent, [...(byParent.get(parent) ?? []), folder]);
  }
  const below = (parent: Id | null, depth: number): Branch[] =>
    (byParent.get(parent) ?? [])
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((folder) => ({ folder, depth, branches: below(folder.folder_id, depth + 1) }));
  return below(null, 1);
}

/** The branches as they stand under each other, those in closed folders left out. */
export function lines(tree: readonly Branch[], isOpen: (folder: Id) => boolean): Branch[] {
  return tree.flatMap((branch) => [branch, ...(isOpen(branch.folder.folder_id) ? lines(branch.branches, isOpen) : [])]);
}

/** A folder and everything below it. */
export function within(folders: readonly TreeFolder[], folder: Id): Set<Id> {
  const found = new Set([folder]);
  let size = 0;
  while (size !== found.size) {
    size = found.size;
    for (const { folder_id, parent } of folders) {
      if (parent !== null && found.has(parent)) {
        found.add(folder_id);
      }
    }
  }
  return found;
}

/** The folders a folder lies in. */
export function around(folders: readonly TreeFolder[], folder: Id | null): Id[] {
  const byId = new Map(folders.map((each) => [each.folder_id, each]));
  const found: Id[] = [];
  for (let at = folder === null ? undefined : byId.get(folder); at?.parent && found.length < 64; at = byId.get(at.parent)) {
    found.push(at.parent);
  }
  return found;
}
