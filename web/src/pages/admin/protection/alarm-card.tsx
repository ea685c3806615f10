/** One alarm with its reasons, and what can be done about it. */

import { type ReactElement, useId, useState } from "react";
import type { Alarm, Judgement, Reason } from "../../../api/protection";
import { useWorkspace } from "../../../app-context";
import { momentText, numberText, useT } from "../../../i18n";
import { protectionPath } from "../../../route";
import { Icon } from "../../../ui/icon";
import { Link } from "../../../ui/link";
import { usePerson, usePersonName } from "../../chat/names";
import { StatusWord } from "../status-word";
import { NoteDialog } from "./note-dialog";
import { DETECTOR_WORDS, MODULE_WORDS } from "./words";

/** As `release-person` takes it. */
const RELEASE_NOTE_CHARS = 500;

type Asking = Judgement | "release" | null;

export function AlarmCard({ alarm, isAboutMe }: { alarm: Alarm; isAboutMe: boolean }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const id = useId();
  const [asking, setAsking] = useState<Asking>(null);
  const { finding, closed } = alarm;
  const name = nameOf(alarm.person_id);
  const isQuarantined = usePerson(alarm.person_id)?.status === "quarantined";
  const module = MODULE_WORDS[finding.module];
  const rewind = protectionPath(workspace.id, "rewinds", "new", { person: alarm.person_id, since: String(finding.first_at) });

  return (
    <article className={`card alarm alarm-${alarm.level}`} aria-labelledby={id} data-alarm={alarm.alarm_id}>
      <header className="alarm-head">
        <h3 id={id}>{name}</h3>
        <StatusWord tone={alarm.level === "high" ? "bad" : "warn"} word={t(`protection.level.${alarm.level}`)} />
        {isQuarantined ? (
          <span className="badge badge-urgent alarm-quarantine">
            <Icon name="lock" size={13} /> {t("protection.inQuarantine")}
          </span>
        ) : null}
        <span className="grow" />
        <time className="quiet" dateTime={new Date(alarm.raised_at).toISOString()}>
          {momentText(alarm.raised_at)}
        </time>
      </header>
      <p>
        {t("protection.found", {
          count: finding.objects_hit,
          module: module === undefined ? finding.module : t(module),
          since: momentText(finding.first_at),
        })}
      </p>
      <ul className="alarm-reasons" aria-label={t("protection.reasons")}>
        {finding.reasons.map((reason) => (
          <ReasonLine key={reason.detector} reason={reason} />
        ))}
      </ul>
      {closed === undefined ? null : (
        <p className="note">
          <strong>{t(`protection.closed.${closed.judgement}`, { name: nameOf(closed.by), time: momentText(closed.at) })}</strong> {closed.note}
        </p>
      )}
      {isAboutMe ? <p className="note">{t("protection.aboutYou")}</p> : null}
      <div className="button-row">
        {closed === undefined && !isAboutMe ? (
          <>
            <button type="button" className="button" onClick={() => setAsking("honest")}>
              {t("protection.honest")}
            </button>
            <button type="button" className="button danger" onClick={() => setAsking("attack")}>
              {t("protection.attack")}
            </button>
          </>
        ) : null}
        {isQuarantined && !isAboutMe ? (
          <button type="button" className="button" onClick={() => setAsking("release")}>
            {t("protection.release")}
          </button>
        ) : null}
        <Link className="button" to={rewind}>
          {t("protection.planRewind")}
        </Link>
      </div>
      {asking === null ? null : asking === "release" ? (
        <NoteDialog
          title={t("protection.releaseTitle", { name })}
          text={t("protection.releaseText")}
          submit={t("protection.release")}
          maxLength={RELEASE_NOTE_CHARS}
          order={(note) => ({ module: "directory", verb: "release-person", command: { person_id: alarm.person_id, note } })}
          onClose={() => setAsking(null)}
        />
      ) : (
        <NoteDialog
          title={t(asking === "honest" ? "protection.honestTitle" : "protection.attackTitle")}
          text={t(asking === "honest" ? "protection.honestText" : "protection.attackText", { name })}
          submit={t(asking === "honest" ? "protection.honest" : "protection.attack")}
          isDanger={asking === "attack"}
          order={(note) => ({ verb: "close-alarm", command: { alarm_id: alarm.alarm_id, judgement: asking, note } })}
          onClose={() => setAsking(null)}
        />
      )}
    </article>
  );
}

/** What was noticed in the person's language, then the site's own figures as it wrote them. */
function ReasonLine({ reason }: { reason: Reason }): ReactElement {
  const t = useT();
  const word = DETECTOR_WORDS[reason.detector];
  return (
    <li>
      <strong>{word === undefined ? reason.detector : t(word)}</strong>{" "}
      <span className="quiet">{t("protection.score", { score: numberText(reason.score) })}</span>
      <div className="quiet small" lang="en">
        {reason.words}
      </div>
    </li>
  );
}
