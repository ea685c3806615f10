/** The folders as a tree that one walks with the arrow keys. */

import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from "react";
import { useWorkspace } from "../../app-context";
import type { Id } from "../../api/types";
import { useT } from "../../i18n";
import { type DocumentsPlace, documentsPath, navigate } from "../../route";
import { Failure } from "../../ui/failure";
import { Icon, type IconName } from "../../ui/icon";
import { around, branches, lines } from "./tree";
import { useFolders } from "./use-tree";

interface Line {
  key: string;
  label: string;
  path: string;
  depth: number;
  icon: IconName;
  isHere: boolean;
  folder: Id | null;
  hasBranches: boolean;
}

export function FolderTree({ folder, place }: { folder: Id | null; place: DocumentsPlace }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { folders, failure } = useFolders();
  const [open, setOpen] = useState<ReadonlySet<Id>>(new Set());
  const [at, setAt] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);

  // The chosen folder is always in sight.
  useEffect(() => {
    const parents = around(folders ?? [], folder);
    setOpen((now) => (parents.every((id) => now.has(id)) ? now : new Set([...now, ...parents])));
  }, [folders, folder]);

  if (folders === null) {
    return failure === null ? <p className="quiet small documents-none">{t("loading")}</p> : <Failure code={failure} />;
  }
  const shown: Line[] = [
    {
      key: "top",
      label: t("documents.all"),
      path: documentsPath(workspace.id),
      depth: 1,
      icon: "folder",
      isHere: place === "folder" && folder === null,
      folder: null,
      hasBranches: false,
    },
    ...lines(branches(folders), (id) => open.has(id)).map((branch) => ({
      key: branch.folder.folder_id,
      label: branch.folder.name,
      path: documentsPath(workspace.id, "folder", branch.folder.folder_id),
      depth: branch.depth,
      icon: "folder" as const,
      isHere: branch.folder.folder_id === folder,
      folder: branch.folder.folder_id,
      hasBranches: branch.branches.length > 0,
    })),
    {
      key: "trash",
      label: t("documents.trash"),
      path: documentsPath(workspace.id, "trash"),
      depth: 1,
      icon: "trash",
      isHere: place === "trash",
      folder: null,
      hasBranches: false,
    },
  ];
  const focused = shown.find((line) => line.key === at) ?? shown.find((line) => line.isHere) ?? shown[0];
  const toggle = (id: Id, isOpen: boolean): void =>
    setOpen((now) => new Set(isOpen ? [...now, id] : [...now].filter((other) => other !== id)));
  const go = (line: Line | undefined): void => {
    if (line !== undefined) {
      setAt(line.key);
      list.current?.querySelector<HTMLElement>(`[data-key="${line.key}"]`)?.focus();
    }
  };

  const onKey = (event: KeyboardEvent, line: Line): void => {
    const index = shown.indexOf(line);
    const isOpen = line.folder !== null && open.has(line.folder);
    const steps: Record<string, () => void> = {
      ArrowDown: () => go(shown[index + 1]),
      ArrowUp: () => go(shown[index - 1]),
      Home: () => go(shown[0]),
      End: () => go(shown.at(-1)),
      Enter: () => navigate(line.path),
      " ": () => navigate(line.path),
      ArrowRight: () => {
        if (line.folder !== null && line.hasBranches) {
          if (isOpen) {
            go(shown[index + 1]);
          } else {
            toggle(line.folder, true);
          }
        }
      },
      ArrowLeft: () => {
        if (line.folder !== null && isOpen && line.hasBranches) {
          toggle(line.folder, false);
        } else {
          go(shown.slice(0, index).findLast((other) => other.depth < line.depth));
        }
      },
    };
    const step = steps[event.key];
    if (step !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      step();
    }
  };

  return (
    <ul ref={list} className="folder-tree" role="tree" aria-label={t("documents.folders")}>
      {shown.map((line) => {
        const isOpen = line.folder !== null && open.has(line.folder);
        return (
          <li
            key={line.key}
            data-key={line.key}
            role="treeitem"
            className="tree-line"
            aria-level={line.depth}
            aria-selected={line.isHere}
            aria-expanded={line.hasBranches ? isOpen : undefined}
            tabIndex={line === focused ? 0 : -1}
            style={{ paddingInlineStart: 6 + (line.depth - 1) * 16 }}
            onClick={() => navigate(line.path)}
            onFocus={() => setAt(line.key)}
            onKeyDown={(event) => onKey(event, line)}
          >
            <span
              className="tree-twist"
              aria-hidden
              onClick={(event) => {
                if (line.folder !== null && line.hasBranches) {
                  event.stopPropagation();
                  toggle(line.folder, !isOpen);
                }
              }}
            >
              {line.hasBranches ? <Icon name={isOpen ? "down" : "right"} size={15} /> : null}
            </span>
            <Icon name={line.icon} size={17} />
            <span className="tree-name">{line.label}</span>
          </li>
        );
      })}
    </ul>
  );
}
