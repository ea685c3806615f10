/** The newest messages of a conversation as they were, beside what the same ones are now. */

import type { ReactElement } from "react";
import { useWorkspace } from "../../app-context";
import type { Id, Message, MessagePage, Millis } from "../../api/types";
import { dateTimeText, useT } from "../../i18n";
import { usePersonName } from "../chat/names";
import { ThenRows } from "./then-table";
import { useAsked, useThen } from "./use-then";

const PATH = "/api/messaging/message-list";
/** As many as the site gives at once. */
const LIMIT = 200;

export function MessagesThen({ moment, conversation }: { moment: Millis | null; conversation: Id }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const personName = usePersonName();
  const parameters = { conversation_id: conversation, limit: LIMIT };
  const then = useThen<MessagePage>(PATH, moment, parameters);
  // The last messages of now are other ones. Positions have no gaps, so as many from the first one of then
  // on are every one of then, and what came after.
  const after = (then.data?.items[0]?.position ?? 1) - 1;
  const now = useAsked<MessagePage>(
    [PATH, null, conversation, after],
    (transport) => transport.query<MessagePage>(PATH, { workspace_id: workspace.id, ...parameters, after }),
    then.data !== undefined,
  );
  return (
    <ThenRows<Message>
      label={t("history.conversations")}
      then={then}
      now={now}
      note={then.data?.has_before ? <p className="quiet small">{t("history.moreBefore", { count: then.data.items.length })}</p> : null}
      isWhole
      rowKey={(row) => row.id}
      columns={[
        { title: t("history.text"), text: (row) => (row.deleted ? t("history.deletedMessage") : (row.text ?? "")) },
        { title: t("history.author"), text: (row) => personName(row.author) },
        { title: t("history.moment"), text: (row) => dateTimeText(row.time) },
      ]}
    />
  );
}
