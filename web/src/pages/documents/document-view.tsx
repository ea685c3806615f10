/** A document or a file that is open: head, words, and one panel beside them. */

import { type ReactElement, useEffect, useState } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { DocumentDetails } from "../../api/documents";
import type { Id } from "../../api/types";
import { LiveDocument } from "../../documents/live-document";
import { useT } from "../../i18n";
import { documentsPath } from "../../route";
import { Failure } from "../../ui/failure";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Loading } from "../../ui/loading";
import { FileView } from "./file-view";
import { WordsView } from "./words-view";

export default function DocumentView({ id }: { id: Id }): ReactElement {
  const workspace = useWorkspace();
  const [live, setLive] = useState<LiveDocument | null>(null);
  useEffect(() => {
    const next = new LiveDocument(workspace, id);
    setLive(next);
    next.start();
    return () => {
      setLive(null);
      next.stop();
    };
  }, [workspace, id]);
  return live === null ? <Loading /> : <Opened live={live} />;
}

function Opened({ live }: { live: LiveDocument }): ReactElement {
  const details = useStore(live.details);
  const failure = useStore(live.failure);
  if (details === null) {
    return failure === null ? <Loading /> : <NotThere code={failure} live={live} />;
  }
  return details.kind === "file" ? <FileView details={details} live={live} /> : <WordsView details={details} live={live} />;
}

function NotThere({ code, live }: { code: string; live: LiveDocument }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  return (
    <div className="documents-page">
      <h1 tabIndex={-1}>{t("documents.notThere")}</h1>
      <Failure code={code} onRetry={live.retry} />
      <p>
        <Link to={documentsPath(workspace.id)}>{t("documents.backToAll")}</Link>
      </p>
    </div>
  );
}

/** The way back, for narrow windows where the tree is out of sight. */
export function BackLink({ details }: { details: DocumentDetails }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  return (
    <Link
      to={documentsPath(workspace.id, "folder", details.folder_id)}
      className="button-icon only-narrow"
      aria-label={t("documents.back")}
    >
      <Icon name="back" />
    </Link>
  );
}
