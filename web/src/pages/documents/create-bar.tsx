/** Making folders and documents, putting files, taking in Markdown. */

import { type ReactElement, useRef, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../app-context";
import type { Id } from "../../api/types";
import { MAX_FILE_BYTES } from "../../chat/files";
import { errorText, useT } from "../../i18n";
import { newId } from "../../ids";
import { documentsPath, navigate } from "../../route";
import { isOpen } from "../../sync/outbox-item";
import { Icon } from "../../ui/icon";
import { FileProgressList } from "../chat/attachments";
import { NameDialog } from "./item-dialogs";
import { useOrders } from "./use-documents";

/** The longest Markdown text that can be taken in. */
export const MARKDOWN_BYTES = 512 * 1024;

interface BarProps {
  folder: Id | null;
  onProblem(code: string | null): void;
}

export function CreateBar({ folder, onProblem }: BarProps): ReactElement {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  const { give, isBusy, failure, clear } = useOrders();
  const [naming, setNaming] = useState<"folder" | "document" | null>(null);
  const files = useRef<HTMLInputElement>(null);
  const markdown = useRef<HTMLInputElement>(null);
  const inFolder = folder === null ? {} : { folder_id: folder };

  const createFolder = async (name: string): Promise<void> => {
    const answer = await give("create-folder", { folder_id: newId(), name, ...(folder === null ? {} : { parent: folder }) });
    if (answer !== null) {
      setNaming(null);
    }
  };

  /** Goes through the outbox: one can begin to write before a site has answered. */
  const createDocument = async (title: string): Promise<void> => {
    const id = newId();
    await workspace.documents.command(id, "create-document", { title, ...inFolder });
    navigate(documentsPath(workspace.id, "document", id));
  };

  const addFiles = async (chosen: readonly File[]): Promise<void> => {
    onProblem(null);
    for (const file of chosen) {
      if (file.size > MAX_FILE_BYTES) {
        onProblem("too_large");
        continue;
      }
      const stored = await client.files.add(workspace.id, file);
      await workspace.documents.command(newId(), "add-file", inFolder, { files: [stored.id] });
    }
  };

  const importMarkdown = async (file: File): Promise<void> => {
    onProblem(null);
    if (file.size > MARKDOWN_BYTES) {
      onProblem("import_too_large");
      return;
    }
    const id = newId();
    const title = file.name.replace(/\.(md|markdown|txt)$/i, "").slice(0, 200) || file.name;
    const answer = await give("import-markdown", { document_id: id, title, markdown: await file.text(), ...inFolder });
    if (answer !== null) {
      navigate(documentsPath(workspace.id, "document", id));
    }
  };

  return (
    <div className="create-bar">
      <button type="button" className="button primary" onClick={() => setNaming("document")}>
        <Icon name="plus" size={16} /> {t("documents.newDocument")}
      </button>
      <button type="button" className="button" onClick={() => setNaming("folder")}>
        <Icon name="folder" size={16} /> {t("documents.newFolder")}
      </button>
      <button type="button" className="button" onClick={() => files.current?.click()}>
        <Icon name="upload" size={16} /> {t("documents.upload")}
      </button>
      <button type="button" className="button" disabled={isBusy} onClick={() => markdown.current?.click()}>
        <Icon name="document" size={16} /> {t("documents.import")}
      </button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-upload
        onChange={(event) => {
          const chosen = [...(event.target.files ?? [])];
          event.target.value = "";
          void addFiles(chosen);
        }}
      />
      <input
        ref={markdown}
        type="file"
        accept=".md,.markdown,.txt,text/markdown"
        hidden
        data-import
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file !== undefined) {
            void importMarkdown(file);
          }
        }}
      />
      {naming === null && failure !== null ? <ImportFailure code={failure} onClose={clear} /> : null}
      {naming === null ? null : (
        <NameDialog
          title={t(naming === "folder" ? "documents.newFolder" : "documents.newDocument")}
          label={t("documents.name")}
          name=""
          submit={t("documents.create")}
          isBusy={isBusy}
          failure={failure}
          onClose={() => {
            clear();
            setNaming(null);
          }}
          onSubmit={(name) => void (naming === "folder" ? createFolder(name) : createDocument(name))}
        />
      )}
    </div>
  );
}

function ImportFailure({ code, onClose }: { code: string; onClose(): void }): ReactElement {
  const t = useT();
  return (
    <p className="failure small" role="alert">
      {t("documents.importFailed")} {errorText(code)}
      <button type="button" className="text-button" onClick={onClose}>
        {t("close")}
      </button>
    </p>
  );
}

/** Files on their way into this folder. */
export function PendingFiles({ folder }: { folder: Id | null }): ReactElement | null {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  const waiting = useStore(client.outbox).filter(
    (item) =>
      item.verb === "add-file" &&
      item.workspace_id === workspace.id &&
      isOpen(item) &&
      ((item.command["folder_id"] as Id | undefined) ?? null) === folder,
  );
  if (waiting.length === 0) {
    return null;
  }
  return (
    <section className="documents-pending" aria-label={t("documents.uploading")}>
      <FileProgressList ids={waiting.flatMap((item) => item.files ?? [])} />
    </section>
  );
}
