/** Who changed what up to a moment. */

import { Button, Space } from "antd";
import i18next from "i18next";
import { type ReactElement, type ReactNode, useState } from "react";
import { useWorkspace } from "../../app-context";
import type { Id, Millis, Page } from "../../api/types";
import { useT } from "../../i18n";
import { usePersonName } from "../chat/names";
import { Waiting } from "./preparing";
import { momentText } from "./time-slider";
import { useAsked } from "./use-then";

const PAGE = 20;

export interface Change {
  module: string;
  seq: number;
  time: Millis;
  actor: { person?: Id; account?: Id; site?: string };
  command: string;
  events: { kind: string; objects: Record<string, Id[]> }[];
}

interface Props {
  /** Up to when; `null`: up to now. */
  moment: Millis | null;
  /** The moment as it is told. */
  shownAs: Millis;
  onMoment(moment: Millis): void;
  /** What can be done about a change, beside it. */
  actions?: (change: Change) => ReactNode;
}

/** Begins anew at the newest page whenever the moment changes. */
export function Changes(props: Props): ReactElement {
  return <ChangesUpTo key={props.moment ?? "now"} {...props} />;
}

function ChangesUpTo({ moment, shownAs, onMoment, actions }: Props): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [cursor, setCursor] = useState<string | null>(null);
  const then = useAsked<Page<Change>>(["changes", moment, cursor], (transport) =>
    transport.query("/api/workspace-changes", { workspace_id: workspace.id, to: moment, limit: PAGE, cursor }),
  );
  const next = then.data?.next ?? null;
  return (
    <section className="card history-changes" aria-labelledby="history-changes">
      <h2 id="history-changes">{t("history.changes")}</h2>
      <p className="quiet small">{t("history.changesUpTo", { time: momentText(shownAs) })}</p>
      <Waiting then={then} />
      {then.data === undefined ? null : then.data.items.length === 0 && next === null ? (
        <p className="quiet">{t("history.noChanges")}</p>
      ) : (
        <ol className="history-list">
          {then.data.items.map((change) => (
            <li key={`${change.module}/${change.seq}`}>
              <ChangeLine change={change} onMoment={onMoment} />
              {actions?.(change)}
            </li>
          ))}
        </ol>
      )}
      <Space>
        {cursor === null ? null : <Button onClick={() => setCursor(null)}>{t("history.newest")}</Button>}
        {next === null ? null : <Button onClick={() => setCursor(next)}>{t("history.older")}</Button>}
      </Space>
    </section>
  );
}

function ChangeLine({ change, onMoment }: { change: Change; onMoment(moment: Millis): void }): ReactElement {
  const t = useT();
  const personName = usePersonName();
  const { actor } = change;
  const who = actor.person !== undefined ? personName(actor.person) : actor.site !== undefined ? t("history.aSite") : t("history.anAccount");
  const people = new Set(change.events.flatMap((event) => [...(event.objects["person_id"] ?? []), ...(event.objects["people"] ?? [])]));
  const kinds = [...new Set(change.events.map((event) => kindText(event.kind)))];
  const time = momentText(change.time);
  return (
    <>
      <Button type="link" size="small" className="history-open" onClick={() => onMoment(change.time)} aria-label={t("history.goTo", { time })}>
        <time dateTime={new Date(change.time).toISOString()}>{time}</time>
      </Button>{" "}
      <strong>{who}</strong> <span>{kinds.join(", ")}</span>
      {people.size === 0 ? null : <span className="quiet"> ({[...people].map(personName).join(", ")})</span>}
    </>
  );
}

/** A kind in words; one that has none yet is named as it is. */
function kindText(kind: string): string {
  const key = `change.${kind}`;
  return i18next.exists(key) ? i18next.t(key) : kind;
}
