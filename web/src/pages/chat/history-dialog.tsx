/** Every text a message has had. */

import type { ReactElement } from "react";
import { useWorkspace } from "../../app-context";
import type { HistoryVersion, Message } from "../../api/types";
import { dateTimeText, useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { useAnswer } from "./use-query";

export default function HistoryDialog({ message, onClose }: { message: Message; onClose(): void }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { data, failure, reload } = useAnswer<{ items: HistoryVersion[] }>("/api/messaging/message-history", {
    workspace_id: workspace.id,
    message_id: message.id,
  });
  return (
    <Dialog title={t("message.history")} kind="wide" onClose={onClose}>
      {failure !== null ? <Failure code={failure} onRetry={reload} /> : null}
      {data === null && failure === null ? <Loading /> : null}
      <ol className="versions" role="list">
        {data?.items.map((version) => (
          <li key={version.version}>
            <p>{version.text}</p>
            <time dateTime={new Date(version.written_at).toISOString()}>{dateTimeText(version.written_at)}</time>
            {version.replaced_at === null ? <span className="badge">{t("message.current")}</span> : null}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
