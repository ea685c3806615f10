/** Who has acknowledged an urgent notice, and whom it still reminds. */

import type { ReactElement } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { Message, UrgentAcknowledgements } from "../../api/types";
import { useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { PeopleColumn } from "./people-lists";
import { useAnswer } from "./use-query";

export default function UrgentStatusDialog({ message, onClose }: { message: Message; onClose(): void }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { data, failure, reload } = useAnswer<UrgentAcknowledgements>(
    "/api/messaging/urgent-acknowledgements",
    { workspace_id: workspace.id, message_id: message.id, limit: 200 },
    useStore(workspace.changes),
  );
  return (
    <Dialog title={t("urgent.statusTitle")} kind="wide" onClose={onClose}>
      {failure !== null ? <Failure code={failure} onRetry={reload} /> : null}
      {data === null && failure === null ? <Loading /> : null}
      {data === null ? null : (
        <>
        {data.urgent.reminders ? <p className="quiet">{t("urgent.reminded", { count: data.urgent.reminders })}</p> : null}
        <div className="people-columns">
          <PeopleColumn
            title={t("urgent.waitingFor", { count: data.urgent.total - data.urgent.acknowledged })}
            people={data.waiting}
            none={t("urgent.allDone")}
          />
          <PeopleColumn title={t("urgent.acknowledgedBy", { count: data.urgent.acknowledged })} people={data.acknowledged} none={t("urgent.nobodyYet")} />
        </div>
        </>
      )}
    </Dialog>
  );
}
