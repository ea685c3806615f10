/** Now: where the work is done at this moment, how exposed it is, what happened last and how we know. */

import { type ReactElement, useContext, useState } from "react";
import { WorkspaceContext, useApp, useSites, useStore } from "../../app-context";
import type { Status } from "../../api/types";
import { durationText, errorText, secondsText, timeSecondsText, useT } from "../../i18n";
import { continuityPath } from "../../route";
import { Icon } from "../../ui/icon";
import { Loading } from "../../ui/loading";
import { siteTone } from "../../ui/site-chip";
import { DrillPanel } from "./drill-panel";
import { FailoverPanel } from "./failover-panel";
import { ModuleTable, PartitionTable } from "./module-tables";
import { SiteMap } from "./site-map";
import { type ActionKind, SiteAction } from "./site-action";
import { STALE_AFTER_MS, useNowView } from "./use-now";
import { RehearsalAlert } from "./rehearsal-part";
import { VaultAlert, VaultPanel } from "./vault-panel";
import "../../styles/now.css";

export default function NowPage(): ReactElement {
  const t = useT();
  const { sessions } = useApp();
  const session = useStore(sessions);
  const { sites } = useSites();
  const view = useNowView();
  const [action, setAction] = useState<{ kind: ActionKind; site: string } | null>(null);
  const workspace = useContext(WorkspaceContext);
  const mayAct = session?.account.operator === true;
  const { status, now } = view;
  const age = view.statusAt === null ? null : now - view.statusAt;
  const isStale = age === null || age > STALE_AFTER_MS;
  const named = sites.filter((site) => site.name !== "");

  return (
    <main className="now" aria-labelledby="now-title">
      <header className="now-head">
        <h1 id="now-title">{t("now.title")}</h1>
        {status === null ? null : (
          <p className={`now-site ${siteTone(named, status.site)}`}>
            <Icon name="site" size={16} /> {t("now.servedBy", { site: status.site })}
          </p>
        )}
        <p className={isStale && status !== null ? "now-age is-bad" : "now-age"} aria-live="off">
          {status === null ? "" : isStale ? (
            <>
              <Icon name="warning" size={16} /> {t("now.stale", { age: durationText(age ?? 0) })}
              {view.failure === null ? "" : ` ${errorText(view.failure)}`}
            </>
          ) : (
            t("now.asOf", { time: timeSecondsText(view.statusAt ?? now) })
          )}
        </p>
      </header>
      <VaultAlert vault={status?.vault} isStale={isStale} />
      <RehearsalAlert rehearsal={status?.rehearsal} isStale={isStale} />
      {status === null ? (
        view.failure === null ? <Loading /> : <p className="failure" role="alert"><Icon name="warning" /> {errorText(view.failure)}</p>
      ) : (
        <div className="now-grid">
          <Exposure status={status} isStale={isStale} />
          <section className="card now-map" aria-labelledby="map-title">
            <h2 id="map-title">{t("map.title")}</h2>
            <SiteMap
              status={status}
              isStale={isStale}
              reached={view.reached}
              now={now}
              mayAct={mayAct}
              onAction={(kind, site) => setAction({ kind, site })}
            />
          </section>
          <DrillPanel progress={view.progress} drills={view.drills} now={now} sites={named.map((site) => site.name)} mayAct={mayAct} all={mayAct && workspace !== null ? continuityPath(workspace.id, "drills") : null} onAction={(kind, site) => setAction({ kind, site })} />
          <FailoverPanel notes={view.notes} now={now} />
          <VaultPanel status={status} saidAt={view.statusAt ?? now} isStale={isStale} notes={view.notes} now={now} />
          <ModuleTable status={status} />
          <PartitionTable status={status} />
        </div>
      )}
      {action === null ? null : (
        <SiteAction kind={action.kind} site={action.site} tone={siteTone(named, action.site)} onClose={() => setAction(null)} onDone={view.refresh} />
      )}
    </main>
  );
}

/** What would be lost if a site vanished now. Unknown is never good news. */
function Exposure({ status, isStale }: { status: Status; isStale: boolean }): ReactElement {
  const t = useT();
  const { rpo_now_seconds: rpo, durability } = status;
  const isKnown = !isStale && rpo !== null && durability === "protected";
  // One copy on one machine is no protection from losing it, whatever the engine promises.
  const isOneCopy = status.engine["copies"] === 1;
  const tone = isKnown ? (rpo > 0 || isOneCopy ? "warn" : "good") : "bad";
  const word = isKnown ? secondsText(rpo) : t("rpo.unknown");
  return (
    <section className={`card exposure tone-${tone}`} aria-labelledby="rpo-title" data-rpo={isKnown ? rpo : "unknown"}>
      <h2 id="rpo-title">{t("rpo.title")}</h2>
      <p className="figure">
        <Icon name={tone === "good" ? "shield" : "warning"} size={34} />
        <strong>{word}</strong>
      </p>
      <p>
        {isStale
          ? t("rpo.stale")
          : durability === "protected"
            ? t(isOneCopy ? "rpo.oneCopy" : "rpo.protected")
            : durability === "stored_here"
              ? t("rpo.storedHere")
              : t("rpo.nobodyKnows")}
      </p>
      <p className="quiet small">{status.writable === false ? t("rpo.notWritable") : t("rpo.writable")}</p>
    </section>
  );
}
