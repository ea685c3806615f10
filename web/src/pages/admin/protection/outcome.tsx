/** What a rewind came to, and what it could not put back. */

import type { ReactElement } from "react";
import type { RewindOutcome } from "../../../api/protection";
import { type Key, numberText, useT } from "../../../i18n";
import { aspectWords, objectWords } from "./aspect-words";
import { keyOf } from "./choices";
import { useNames } from "./use-names";

export function Outcome({ outcome }: { outcome: RewindOutcome }): ReactElement {
  const t = useT();
  const names = useNames();
  const figures: readonly [Key, number][] = [
    ["protection.outcome.done", outcome.done],
    ["protection.outcome.objects", outcome.objects],
    ["protection.outcome.alreadySo", outcome.already_so],
    ["protection.outcome.changedSince", outcome.changed_since],
    ["protection.outcome.kept", outcome.kept],
    ["protection.outcome.leftOver", outcome.left_over_count],
  ];
  return (
    <section className="card" aria-labelledby="outcome-title" data-outcome={outcome.done}>
      <h3 id="outcome-title">{t("protection.outcome")}</h3>
      <dl className="plan-totals">
        {figures.map(([word, value]) => (
          <div key={word}>
            <dt>{t(word)}</dt>
            <dd>{numberText(value)}</dd>
          </div>
        ))}
      </dl>
      {outcome.left_over.length === 0 ? null : (
        <>
          <h4>{t("protection.leftOverTitle")}</h4>
          <ul className="left-over">
            {outcome.left_over.map(({ module, aspect, reason }) => (
              <li key={`${module} ${keyOf(aspect)}`}>
                <strong>
                  {objectWords({ aspect, label: null }, names, t)}, {aspectWords(aspect, names, t)}
                </strong>{" "}
                <span lang="en">{reason}</span>
              </li>
            ))}
          </ul>
          {outcome.left_over_count > outcome.left_over.length ? (
            <p className="quiet">{t("protection.leftOverMore", { count: outcome.left_over_count - outcome.left_over.length })}</p>
          ) : null}
        </>
      )}
    </section>
  );
}
