/** The last incident: what happened, how long each step took, and how it is known. */

import type { ReactElement } from "react";
import type { TimelineNote } from "../../api/types";
import { type Key, agoText, dateTimeText, dayText, durationText, timeSecondsText, useT } from "../../i18n";
import { Icon, type IconName } from "../../ui/icon";
import { incidentBegin, lastIncident } from "./use-now";

const KINDS: Record<string, { word: Key; icon: IconName; tone: "good" | "bad" | "plain" }> = {
  "site-lost": { word: "note.siteLost", icon: "stop", tone: "bad" },
  "site-back": { word: "note.siteBack", icon: "check", tone: "good" },
  "lease-hastened": { word: "note.leaseHastened", icon: "clock", tone: "plain" },
  "primary-moved": { word: "note.primaryMoved", icon: "site", tone: "plain" },
  "writable-again": { word: "note.writableAgain", icon: "check", tone: "good" },
  "protection-lost": { word: "note.protectionLost", icon: "warning", tone: "bad" },
  "protection-back": { word: "note.protectionBack", icon: "shield", tone: "good" },
  "fault-injected": { word: "note.faultInjected", icon: "warning", tone: "bad" },
  "fault-removed": { word: "note.faultRemoved", icon: "check", tone: "plain" },
  "vault-silent": { word: "note.vaultSilent", icon: "lock", tone: "bad" },
  "vault-back": { word: "note.vaultBack", icon: "check", tone: "good" },
  "recovery-unproven": { word: "note.recoveryUnproven", icon: "warning", tone: "bad" },
  "recovery-proven": { word: "note.recoveryProven", icon: "check", tone: "good" },
};

export function FailoverPanel({ notes, now }: { notes: readonly TimelineNote[]; now: number }): ReactElement {
  const t = useT();
  const incident = lastIncident(notes);
  const begin = incidentBegin(incident);
  const again = incident.find((note) => note.kind === "writable-again");
  const lost = incident.find((note) => note.kind === "site-lost");
  return (
    <section className="card failover" aria-labelledby="failover-title">
      <h2 id="failover-title">{t("failover.title")}</h2>
      {incident.length === 0 ? (
        <p className="quiet">{t("failover.none")}</p>
      ) : (
        <>
          <p>
            {dateTimeText(begin)} <span className="quiet">({agoText(begin, now)})</span>
          </p>
          <dl className="figures">
            <div>
              <dt>{t("failover.detected")}</dt>
              <dd>{lost === undefined ? t("unknown") : durationText(lost.at - begin)}</dd>
            </div>
            <div>
              <dt>{t("failover.writable")}</dt>
              <dd>{again === undefined ? t("failover.notYet") : durationText(again.at - begin)}</dd>
            </div>
          </dl>
          <ol className="timeline" role="list">
            {incident.map((note) => (
              <Note key={note.number} note={note} begin={begin} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

/** A note; times are told from `begin` where it belongs to something that began. */
export function Note({ note, begin }: { note: TimelineNote; begin: number | null }): ReactElement {
  const t = useT();
  const kind = KINDS[note.kind];
  return (
    <li className={`note tone-${kind?.tone ?? "plain"}`}>
      <span className="note-when">
        <time dateTime={new Date(note.at).toISOString()}>{timeSecondsText(note.at)}</time>
        <small>{begin === null ? dayText(note.at) : `+${durationText(note.at - begin)}`}</small>
      </span>
      <Icon name={kind?.icon ?? "now"} size={18} />
      <div>
        <strong>{kind === undefined ? note.kind : t(kind.word, { site: note.site ?? t("note.theInstallation") })}</strong>
        <small className="quiet"> {t("note.by", { node: note.noted_by })}</small>
        {hasContent(note.evidence) ? (
          <details>
            <summary>{t("note.howKnown")}</summary>
            <Evidence value={note.evidence} />
          </details>
        ) : null}
      </div>
    </li>
  );
}

function hasContent(evidence: unknown): boolean {
  return evidence !== null && evidence !== undefined && !(typeof evidence === "object" && Object.keys(evidence).length === 0);
}

/** Observations as they were recorded: names stay as they are in the journal. */
export function Evidence({ value }: { value: unknown }): ReactElement {
  if (Array.isArray(value)) {
    return (
      <ul className="evidence">
        {value.map((entry, index) => (
          <li key={index}>
            <Evidence value={entry} />
          </li>
        ))}
      </ul>
    );
  }
  if (typeof value === "object" && value !== null) {
    return (
      <dl className="evidence">
        {Object.entries(value).map(([key, entry]) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{key.endsWith("_at") && typeof entry === "number" ? timeSecondsText(entry) : <Evidence value={entry} />}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return <code lang="en">{String(value)}</code>;
}
