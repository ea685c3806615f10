/** What a person in quarantine sees of the workspace: that it is, why, since when, and whom to ask. */

import { type ReactElement, useEffect, useState } from "react";
import type { OwnQuarantine } from "../api/types";
import { useClient } from "../app-context";
import { dateTimeText, useT } from "../i18n";
import { Icon } from "../ui/icon";

/** How often the sites are asked whether it is over. */
const LOOK_EVERY_MS = 15_000;

export default function InQuarantine({ quarantine }: { quarantine: OwnQuarantine }): ReactElement {
  const t = useT();
  const client = useClient();
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    const timer = setInterval(() => void client.refreshSession(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [client]);

  const look = async (): Promise<void> => {
    setBusy(true);
    await client.refreshSession();
    setBusy(false);
  };

  return (
    <main className="empty">
      <Icon name="stop" size={40} />
      <h1>{t("quarantine.title", { workspace: quarantine.name })}</h1>
      <p>{t("quarantine.text")}</p>
      <dl className="quarantine">
        <dt>{t("quarantine.reason")}</dt>
        <dd>{quarantine.reason}</dd>
        <dt>{t("quarantine.since")}</dt>
        <dd>
          <time dateTime={new Date(quarantine.since).toISOString()}>{dateTimeText(quarantine.since)}</time>
        </dd>
        <dt>{t("quarantine.ask")}</dt>
        <dd>{quarantine.ask.length === 0 ? t("quarantine.operators") : quarantine.ask.join(", ")}</dd>
      </dl>
      <p>{t("quarantine.kept")}</p>
      <button type="button" className="button" disabled={isBusy} onClick={() => void look()}>
        {t("quarantine.look")}
      </button>
    </main>
  );
}
