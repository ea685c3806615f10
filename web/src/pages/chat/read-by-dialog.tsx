/** Who has read a message, and who has not. */

import { type ReactElement, useState } from "react";
import { useApp, useWorkspace } from "../../app-context";
import type { Message, ReadBy } from "../../api/types";
import { useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { PeopleColumn } from "./people-lists";
import { useAnswer } from "./use-query";

export default function ReadByDialog({ message, onClose }: { message: Message; onClose(): void }): ReactElement {
  const t = useT();
  const app = useApp();
  const workspace = useWorkspace();
  const parameters = { workspace_id: workspace.id, message_id: message.id, limit: 200 };
  const { data, failure, reload } = useAnswer<ReadBy>("/api/messaging/read-by", parameters);
  const [more, setMore] = useState<ReadBy | null>(null);
  const shown: ReadBy | null = data && {
    read: [...data.read, ...(more?.read ?? [])],
    not_read: [...data.not_read, ...(more?.not_read ?? [])],
    next_read: (more ?? data).next_read,
    next_not_read: (more ?? data).next_not_read,
    read_count: data.read_count,
    not_read_count: data.not_read_count,
  };

  const loadMore = async (): Promise<void> => {
    const page = await app.transport.query<ReadBy>("/api/messaging/read-by", {
      ...parameters,
      read_cursor: shown?.next_read,
      not_read_cursor: shown?.next_not_read,
    });
    // A list that had ended begins anew when only the other one goes on.
    setMore({
      ...page,
      read: [...(more?.read ?? []), ...(shown?.next_read ? page.read : [])],
      not_read: [...(more?.not_read ?? []), ...(shown?.next_not_read ? page.not_read : [])],
      next_read: shown?.next_read ? page.next_read : null,
      next_not_read: shown?.next_not_read ? page.next_not_read : null,
    });
  };

  return (
    <Dialog title={t("readBy.title")} kind="wide" onClose={onClose}>
      {failure !== null ? <Failure code={failure} onRetry={reload} /> : null}
      {shown === null && failure === null ? <Loading /> : null}
      {shown === null ? null : (
        <>
          <div className="people-columns">
            <PeopleColumn title={t("readBy.read", { count: shown.read_count })} people={shown.read} none={t("readBy.nobodyYet")} />
            <PeopleColumn title={t("readBy.notRead", { count: shown.not_read_count })} people={shown.not_read} none={t("readBy.everyone")} />
          </div>
          {shown.next_read || shown.next_not_read ? (
            <button type="button" className="button" onClick={() => void loadMore()}>
              {t("showMore")}
            </button>
          ) : null}
        </>
      )}
    </Dialog>
  );
}
