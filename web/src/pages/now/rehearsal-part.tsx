/** The last rehearsal of the way back: how long ago, and what it showed. */

import type { ReactElement } from "react";
import type { Rehearsal } from "../../api/types";
import { durationText, numberText, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { AlarmLine } from "./alarm-line";
import { Moment } from "./moment";
import { PROOF_LOOKS, proof, raisedProof } from "./rehearsal";

interface PartProps {
  rehearsal: Rehearsal | null | undefined;
  isStale: boolean;
  now: number;
}

const TITLE = "rehearsal-title";

export function RehearsalPart({ rehearsal, isStale, now }: PartProps): ReactElement {
  const t = useT();
  const state = proof(rehearsal, isStale);
  const look = PROOF_LOOKS[state];
  return (
    <section className={`rehearsal tone-${look.tone}`} aria-labelledby={TITLE} data-rehearsal={state}>
      <h3 id={TITLE} tabIndex={-1}>{t("rehearsal.title")}</h3>
      <p className="rehearsal-word">
        <Icon name={look.icon} size={18} /> <strong>{t(look.word)}</strong>
      </p>
      <p>{t(look.text)}</p>
      {rehearsal === null || rehearsal === undefined || rehearsal.last_at === null ? null : (
        <Showed rehearsal={rehearsal} at={rehearsal.last_at} now={now} />
      )}
    </section>
  );
}

/** An alarm at the top of the page. */
export function RehearsalAlert({ rehearsal, isStale }: Pick<PartProps, "rehearsal" | "isStale">): ReactElement {
  const raised = raisedProof(proof(rehearsal, isStale));
  // The place is always there: only what changes in it is read out.
  return <div role="alert">{raised === null ? null : <AlarmLine look={PROOF_LOOKS[raised]} title={TITLE} />}</div>;
}

function Showed({ rehearsal, at, now }: { rehearsal: Rehearsal; at: number; now: number }): ReactElement {
  const t = useT();
  const { proven_at: provenAt, heads_equal: isEqual, messages, documents, complete_ms: completeMs } = rehearsal;
  return (
    <dl className="figures">
      <Moment word={t("rehearsal.last")} at={at} now={now} />
      {provenAt === null || provenAt === at ? null : <Moment word={t("rehearsal.proven")} at={provenAt} now={now} />}
      {isEqual === null ? null : (
        <Figure word={t("rehearsal.heads")} isBad={!isEqual} value={t(isEqual ? "rehearsal.yes" : "rehearsal.no")} />
      )}
      {messages === null ? null : <Figure word={t("rehearsal.messages")} value={numberText(messages)} />}
      {documents === null ? null : <Figure word={t("rehearsal.documents")} value={numberText(documents)} />}
      {completeMs === null ? null : <Figure word={t("rehearsal.complete")} value={durationText(completeMs)} />}
    </dl>
  );
}

function Figure({ word, value, isBad = false }: { word: string; value: string; isBad?: boolean }): ReactElement {
  return (
    <div className={isBad ? "is-bad" : ""}>
      <dt>{word}</dt>
      <dd>{value}</dd>
    </div>
  );
}
