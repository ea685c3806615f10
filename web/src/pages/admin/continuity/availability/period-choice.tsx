/** Which period: one that ends now, or one's own. */

import { type ReactElement, useState } from "react";
import { type Key, useT } from "../../../../i18n";
import { fromLocalInput, toLocalInput } from "../../local-time";
import { type Period, RECENT, type Recent, boundsOf, periodProblem } from "./period";

export function PeriodChoice({ period, onPeriod }: { period: Period; onPeriod(period: Period): void }): ReactElement {
  const t = useT();
  const [isOwn, setOwn] = useState(period.kind === "own");
  return (
    <div className="period-choice">
      <div className="segments" role="group" aria-label={t("availability.period")}>
        {(Object.keys(RECENT) as Recent[]).map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={!isOwn && period.kind === kind}
            onClick={() => {
              setOwn(false);
              onPeriod({ kind });
            }}
          >
            {t(`availability.period.${kind}`)}
          </button>
        ))}
        <button type="button" aria-pressed={isOwn} onClick={() => setOwn(true)}>
          {t("availability.period.own")}
        </button>
      </div>
      {isOwn ? <OwnPeriod period={period} onPeriod={onPeriod} /> : null}
    </div>
  );
}

function OwnPeriod({ period, onPeriod }: { period: Period; onPeriod(period: Period): void }): ReactElement {
  const t = useT();
  const [typed, setTyped] = useState(() => {
    const bounds = boundsOf(period, Date.now());
    return { from: toLocalInput(bounds.from), until: toLocalInput(bounds.until) };
  });
  const [problem, setProblem] = useState<Key | null>(null);

  const show = (): void => {
    const [from, until] = [fromLocalInput(typed.from), fromLocalInput(typed.until)];
    const found = periodProblem(from, until);
    setProblem(found);
    if (found === null && from !== null && until !== null) {
      onPeriod({ kind: "own", from, until });
    }
  };

  return (
    <form
      noValidate
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        show();
      }}
    >
      {(["from", "until"] as const).map((edge) => (
        <label key={edge} className="field">
          <span>{t(`availability.${edge}`)}</span>
          <input type="datetime-local" step={1} value={typed[edge]} onChange={(event) => setTyped({ ...typed, [edge]: event.target.value })} />
        </label>
      ))}
      <button type="submit" className="button">
        {t("availability.show")}
      </button>
      {problem === null ? null : (
        <p role="alert" className="tone-bad">
          {t(problem)}
        </p>
      )}
    </form>
  );
}
