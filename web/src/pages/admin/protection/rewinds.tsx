/** Rewinds: what waits for a decision, what is carried out, and what was. */

import type { ReactElement } from "react";
import type { Rewind, RewindState } from "../../../api/protection";
import { useWorkspace } from "../../../app-context";
import { type Key, momentText, useT } from "../../../i18n";
import { protectionPath } from "../../../route";
import { Failure } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { Link } from "../../../ui/link";
import { Loading } from "../../../ui/loading";
import { usePersonName } from "../../chat/names";
import { StatusWord, type StatusTone } from "../status-word";
import { Pager, usePages } from "../pager";
import { useSelectionWords } from "./selection-words";
import { useProtectionPage } from "./use-protection";

export const STATES: Record<RewindState, { word: Key; tone: StatusTone }> = {
  proposed: { word: "protection.state.proposed", tone: "warn" },
  approved: { word: "protection.state.approved", tone: "warn" },
  withdrawn: { word: "protection.state.withdrawn", tone: "plain" },
  completed: { word: "protection.state.completed", tone: "good" },
};

export function Rewinds(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const pages = usePages("");
  const { data, failure, isLoading, reload } = useProtectionPage<Rewind>("rewind-list", { limit: 20, cursor: pages.cursor });
  const items = data?.items ?? [];
  const waiting = items.filter((rewind) => rewind.state === "proposed");
  const others = items.filter((rewind) => rewind.state !== "proposed");
  return (
    <section aria-labelledby="rewinds-title">
      <header className="protection-head">
        <h2 id="rewinds-title">{t("protection.rewinds")}</h2>
        <Link className="button primary" to={protectionPath(workspace.id, "rewinds", "new")}>
          {t("protection.plan")}
        </Link>
      </header>
      <p className="quiet">{t("protection.rewindsText")}</p>
      {failure === null ? null : <Failure code={failure} onRetry={reload} />}
      {isLoading ? <Loading /> : null}
      {data !== undefined && items.length === 0 ? (
        <div className="protection-empty">
          <Icon name="history" size={40} />
          <h3>{t("protection.noRewinds")}</h3>
          <p className="quiet">{t("protection.noRewindsText")}</p>
        </div>
      ) : null}
      {waiting.length > 0 ? (
        <>
          <h3>{t("protection.toDecide")}</h3>
          <RewindList items={waiting} />
        </>
      ) : null}
      {others.length > 0 ? (
        <>
          <h3>{t("protection.decided")}</h3>
          <RewindList items={others} />
        </>
      ) : null}
      <Pager pages={pages} next={data?.next} />
    </section>
  );
}

function RewindList({ items }: { items: readonly Rewind[] }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const words = useSelectionWords();
  return (
    <ul className="protection-list" role="list">
      {items.map((rewind) => (
        <li key={rewind.rewind_id}>
          <Link className="card rewind-row" to={protectionPath(workspace.id, "rewinds", rewind.rewind_id)} data-rewind={rewind.rewind_id}>
            <strong>{words(rewind.selection)}</strong>
            <StatusWord {...STATES[rewind.state]} word={t(STATES[rewind.state].word)} />
            <span>{rewind.note}</span>
            <span className="quiet small">
              {t("protection.proposedBy", { name: nameOf(rewind.proposed_by), time: momentText(rewind.proposed_at) })}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
