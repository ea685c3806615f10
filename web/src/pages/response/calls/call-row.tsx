/** A call in a list. */

import type { ReactElement } from "react";
import type { CallSummary, Purpose } from "../../../api/response";
import { momentText, useT } from "../../../i18n";
import { StatusWord } from "../../admin/status-word";
import { usePersonName } from "../../chat/names";

export type PurposeKind = "incident" | "drill" | "notice" | "succession";

export function purposeKind(purpose: Purpose): PurposeKind {
  return Object.keys(purpose)[0] as PurposeKind;
}

export function OutcomeWord({ call }: { call: Pick<CallSummary, "end"> }): ReactElement {
  const t = useT();
  return call.end === null ? (
    <StatusWord tone="warn" word={t("call.open")} />
  ) : (
    <StatusWord
      tone={call.end.outcome === "reached" ? "good" : call.end.outcome === "cancelled" ? "plain" : "bad"}
      word={t(`call.outcome.${call.end.outcome}`)}
    />
  );
}

/** How many of the places are filled, as a bar and in words. */
export function CallProgress({ call }: { call: Pick<CallSummary, "filled" | "needed"> }): ReactElement {
  const t = useT();
  const words = t("call.progress", { filled: call.filled, needed: call.needed });
  return (
    <span className="call-progress">
      <progress max={call.needed} value={Math.min(call.filled, call.needed)} aria-label={words} />
      <span>{words}</span>
    </span>
  );
}

export function CallRow({ call }: { call: CallSummary }): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  return (
    <div className="card response-row">
      <span className="response-words">
        <span className="badge">{t(`call.for.${purposeKind(call.purpose)}`)}</span>
        <OutcomeWord call={call} />
      </span>
      <strong className="clamped">{call.text}</strong>
      <CallProgress call={call} />
      <span className="quiet small">
        {t("call.placedBy", { name: call.placed_by === null ? t("timeline.site") : nameOf(call.placed_by), time: momentText(call.placed_at) })}
        {` · ${t("call.told")}: ${call.told} · ${t("call.answered")}: ${call.answered}`}
      </span>
    </div>
  );
}
