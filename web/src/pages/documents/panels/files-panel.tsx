/** Files that belong to a document. */

import { type ReactElement, useRef, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../../app-context";
import type { DocumentDetails } from "../../../api/documents";
import type { Attachment } from "../../../api/types";
import { fetchFile, offer } from "../../../chat/download";
import { MAX_FILE_BYTES } from "../../../chat/files";
import { sizeText, useT } from "../../../i18n";
import { isOpen } from "../../../sync/outbox-item";
import { Failure, codeOf } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { FileProgressList } from "../../chat/attachments";
import type { Editor } from "../editor/tiptap";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

/** `editor` is `null` where one may only read. */
export function FilesPanel({ details, editor }: { details: DocumentDetails; editor: Editor | null }): ReactElement {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  const picker = useRef<HTMLInputElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const waiting = useStore(client.outbox).filter(
    (item) => item.verb === "attach-file" && item.command["document_id"] === details.document_id && isOpen(item),
  );
  const pathOf = (file: Attachment): string => `/api/attachments/${workspace.id}/documents/${details.document_id}/${file.attachment_id}`;

  const attach = async (files: readonly File[]): Promise<void> => {
    setFailure(null);
    for (const file of files) {
      if (file.size > MAX_FILE_BYTES) {
        setFailure("too_large");
        continue;
      }
      const stored = await client.files.add(workspace.id, file);
      await workspace.documents.command(details.document_id, "attach-file", {}, { files: [stored.id] });
    }
  };
  const download = async (file: Attachment): Promise<void> => {
    setFailure(null);
    try {
      offer(await fetchFile(client.transport, pathOf(file)), file.name);
    } catch (error) {
      setFailure(codeOf(error));
    }
  };

  return (
    <div className="files-panel">
      {editor === null ? null : (
        <>
          <button type="button" className="button" onClick={() => picker.current?.click()}>
            <Icon name="upload" size={16} /> {t("files.attach")}
          </button>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            data-attach
            onChange={(event) => {
              const chosen = [...(event.target.files ?? [])];
              event.target.value = "";
              void attach(chosen);
            }}
          />
        </>
      )}
      {failure === null ? null : <Failure code={failure} />}
      {waiting.length === 0 ? null : <FileProgressList ids={waiting.flatMap((item) => item.files ?? [])} />}
      {details.attachments.length === 0 ? <p className="quiet">{t("files.none")}</p> : null}
      <ul className="file-list" role="list">
        {details.attachments.map((file) => (
          <li key={file.attachment_id}>
            <Icon name="file" />
            <span className="grow">
              {file.name} <small className="quiet">{sizeText(file.size)}</small>
            </span>
            {editor !== null && PICTURES.has(file.type) ? (
              <button
                type="button"
                className="button small"
                onClick={() => editor.chain().focus().setImage({ src: pathOf(file), alt: file.name }).run()}
              >
                {t("files.insert")}
                <span className="only-heard"> {file.name}</span>
              </button>
            ) : null}
            <button type="button" className="button-icon" onClick={() => void download(file)} aria-label={t("file.download", { name: file.name })}>
              <Icon name="download" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
