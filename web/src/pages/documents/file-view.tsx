/** A plain file: what it is, getting it, and who may. */

import { type ReactElement, useState } from "react";
import { useClient, useWorkspace } from "../../app-context";
import type { DocumentDetails } from "../../api/documents";
import { fetchFile, offer } from "../../chat/download";
import type { LiveDocument } from "../../documents/live-document";
import { dateTimeText, sizeText, useT } from "../../i18n";
import { documentsPath, navigate } from "../../route";
import { Failure, codeOf } from "../../ui/failure";
import { Icon } from "../../ui/icon";
import { usePersonName } from "../chat/names";
import { BackLink } from "./document-view";
import { Breadcrumbs } from "./breadcrumbs";
import { ItemMenu } from "./item-menu";
import { Comments } from "./panels/comments-panel";

export function FileView({ details, live }: { details: DocumentDetails; live: LiveDocument }): ReactElement {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const { file } = details;

  const download = async (): Promise<void> => {
    if (file === null) {
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const path = `/api/attachments/${workspace.id}/documents/${details.document_id}/${file.attachment_id}`;
      offer(await fetchFile(client.transport, path), details.title);
    } catch (error) {
      setFailure(codeOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="documents-page">
      <Breadcrumbs crumbs={details.breadcrumbs} here={details.title} />
      <header className="documents-head">
        <BackLink details={details} />
        <h1 tabIndex={-1}>{details.title}</h1>
        <ItemMenu
          item={{ id: details.document_id, kind: "file", name: details.title, role: details.rights.role }}
          onGone={() => navigate(documentsPath(workspace.id, "folder", details.folder_id))}
        />
      </header>
      {details.is_trashed ? (
        <p className="note">
          <Icon name="trash" size={16} /> {t("documents.inTrash")}
        </p>
      ) : null}
      <div className="card file-card">
        <Icon name="file" size={36} />
        <div className="grow">
          {file === null ? null : (
            <p>
              {sizeText(file.size)} · {file.type}
            </p>
          )}
          <p className="quiet small">
            {t("documents.putBy", { name: nameOf(details.created_by), time: dateTimeText(details.created_at) })}
          </p>
        </div>
        <button type="button" className="button primary" disabled={isBusy || file === null} onClick={() => void download()}>
          <Icon name="download" size={16} /> {t("documents.download")}
        </button>
      </div>
      {failure === null ? null : <Failure code={failure} />}
      <section className="file-comments">
        <h2>{t("comments.title")}</h2>
        <Comments live={live} details={details} selection={null} current={null} onCurrent={() => undefined} />
      </section>
    </div>
  );
}
