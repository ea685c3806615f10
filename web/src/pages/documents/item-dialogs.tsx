/** Naming, moving and trashing an item. */

import { type ReactElement, type ReactNode, useId, useState } from "react";
import type { Item } from "../../api/documents";
import type { Id } from "../../api/types";
import { useT } from "../../i18n";
import { announce } from "../../ui/announce";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { branches, lines, within } from "./tree";
import { useOrders } from "./use-documents";
import { useFolders } from "./use-tree";

export const NAME_CHARACTERS = 200;

type Named = Pick<Item, "id" | "kind" | "name">;

interface NameDialogProps {
  title: string;
  label: string;
  name: string;
  submit: string;
  isBusy?: boolean;
  failure?: string | null;
  children?: ReactNode;
  onClose(): void;
  onSubmit(name: string): void;
}

export function NameDialog({ title, label, name, submit, isBusy = false, failure = null, children, onClose, onSubmit }: NameDialogProps): ReactElement {
  const t = useT();
  const [text, setText] = useState(name);
  const form = useId();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" form={form} className="button primary" disabled={isBusy || text.trim() === ""}>
            {submit}
          </button>
        </>
      }
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") {
            onSubmit(text.trim());
          }
        }}
      >
        <label className="field">
          <span>{label}</span>
          <input
            value={text}
            maxLength={NAME_CHARACTERS}
            onChange={(event) => setText(event.target.value)}
            onFocus={(event) => event.target.select()}
            data-first-focus
          />
        </label>
        {children}
      </form>
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}

export function RenameDialog({ item, onClose }: { item: Named; onClose(): void }): ReactElement {
  const t = useT();
  const { give, isBusy, failure } = useOrders();
  const rename = async (name: string): Promise<void> => {
    const answer =
      item.kind === "folder"
        ? await give("rename-folder", { folder_id: item.id, name })
        : await give("rename-document", { document_id: item.id, title: name });
    if (answer !== null) {
      onClose();
    }
  };
  return (
    <NameDialog
      title={t("documents.renameTitle", { name: item.name })}
      label={t("documents.name")}
      name={item.name}
      submit={t("save")}
      isBusy={isBusy}
      failure={failure}
      onClose={onClose}
      onSubmit={(name) => void rename(name)}
    />
  );
}

export function MoveDialog({ item, onClose }: { item: Named; onClose(): void }): ReactElement {
  const t = useT();
  const { give, isBusy, failure } = useOrders();
  const { folders, failure: treeFailure } = useFolders();
  const [target, setTarget] = useState<Id | "top" | null>(null);
  const name = useId();
  const own = item.kind === "folder" ? within(folders ?? [], item.id) : new Set<Id>();
  const choices = lines(branches((folders ?? []).filter(({ folder_id }) => !own.has(folder_id))), () => true);

  const move = async (): Promise<void> => {
    const to = target === "top" || target === null ? {} : item.kind === "folder" ? { parent: target } : { folder_id: target };
    const answer =
      item.kind === "folder"
        ? await give("move-folder", { folder_id: item.id, ...to })
        : await give("move-document", { document_id: item.id, ...to });
    if (answer !== null) {
      onClose();
    }
  };

  return (
    <Dialog
      title={t("documents.moveTitle", { name: item.name })}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="button" className="button primary" disabled={isBusy || target === null} onClick={() => void move()}>
            {t("documents.move")}
          </button>
        </>
      }
    >
      {treeFailure === null ? null : <Failure code={treeFailure} />}
      <fieldset className="choices folder-choices">
        <legend>{t("documents.moveWhere")}</legend>
        <label>
          <input type="radio" name={name} checked={target === "top"} onChange={() => setTarget("top")} />
          {t("documents.all")}
        </label>
        {choices.map(({ folder, depth }) => (
          <label key={folder.folder_id} style={{ paddingInlineStart: depth * 18 }}>
            <input
              type="radio"
              name={name}
              checked={target === folder.folder_id}
              onChange={() => setTarget(folder.folder_id)}
              disabled={folder.role !== "editor" && folder.role !== "manager"}
            />
            {folder.name}
          </label>
        ))}
      </fieldset>
      <p className="quiet small">{t("documents.moveNote")}</p>
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}

export function TrashDialog({ item, onClose, onDone }: { item: Named; onClose(): void; onDone?: () => void }): ReactElement {
  const t = useT();
  const { give, isBusy, failure } = useOrders();
  const trash = async (): Promise<void> => {
    if ((await give("trash", { item_id: item.id })) !== null) {
      announce(t("documents.trashed", { name: item.name }));
      onClose();
      onDone?.();
    }
  };
  return (
    <Dialog
      title={t("documents.trashTitle", { name: item.name })}
      kind="danger"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="button" className="button danger" disabled={isBusy} onClick={() => void trash()}>
            {t("documents.toTrash")}
          </button>
        </>
      }
    >
      <p>{t(item.kind === "folder" ? "documents.trashFolderText" : "documents.trashText")}</p>
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}
