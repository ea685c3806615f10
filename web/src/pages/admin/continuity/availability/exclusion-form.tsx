/** Declaring a time that was agreed not to count: first what is meant, then whether it is. */

import { type ReactElement, useId, useState } from "react";
import { dateTimeText, durationText, useT } from "../../../../i18n";
import { newId } from "../../../../ids";
import { Dialog } from "../../../../ui/dialog";
import { Failure } from "../../../../ui/failure";
import { Icon } from "../../../../ui/icon";
import { fromLocalInput, toLocalInput } from "../../local-time";
import { useGive } from "../../protection/use-protection";
import { type ExclusionProblems, exclusionProblems } from "./exclusion-rules";

const HOUR_MS = 3_600_000;

interface Meant {
  from: number;
  until: number;
  reason: string;
}

export function ExclusionForm({ onClose }: { onClose(): void }): ReactElement {
  const t = useT();
  const id = useId();
  const { give, isBusy, failure } = useGive();
  const [exclusionId] = useState(newId);
  const [typed, setTyped] = useState(() => ({ from: toLocalInput(Date.now()), until: toLocalInput(Date.now() + HOUR_MS), reason: "" }));
  const [problems, setProblems] = useState<ExclusionProblems>({});
  const [meant, setMeant] = useState<Meant | null>(null);

  const review = (): void => {
    const [from, until] = [fromLocalInput(typed.from), fromLocalInput(typed.until)];
    const found = exclusionProblems(from, until, typed.reason);
    setProblems(found);
    if (Object.keys(found).length === 0 && from !== null && until !== null) {
      setMeant({ from, until, reason: typed.reason.trim() });
    }
  };
  const declare = async (sure: Meant): Promise<void> => {
    const done = t(sure.from > Date.now() ? "exclusion.declaredAhead" : "exclusion.declared");
    if (await give({ module: "continuity", verb: "declare-exclusion", command: { exclusion_id: exclusionId, ...sure }, done })) {
      onClose();
    }
  };

  return (
    <Dialog
      title={t("exclusion.declareTitle")}
      kind="wide"
      onClose={onClose}
      actions={
        meant === null ? (
          <>
            <button type="button" className="button" onClick={onClose}>
              {t("cancel")}
            </button>
            <button type="submit" form={id} className="button primary">
              {t("exclusion.review")}
            </button>
          </>
        ) : (
          <>
            <button type="button" className="button" disabled={isBusy} onClick={() => setMeant(null)}>
              {t("exclusion.change")}
            </button>
            <button type="button" className="button primary" disabled={isBusy} onClick={() => void declare(meant)}>
              {t("exclusion.declareNow")}
            </button>
          </>
        )
      }
    >
      {meant === null ? (
        <form
          id={id}
          noValidate
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            review();
          }}
        >
          <p>{t("exclusion.formText")}</p>
          {(["from", "until"] as const).map((edge) => (
            <div key={edge}>
              <label className="field">
                <span>{t(`availability.${edge}`)}</span>
                <input
                  type="datetime-local"
                  step={1}
                  value={typed[edge]}
                  aria-invalid={problems[edge] !== undefined}
                  aria-describedby={`${id}-${edge}`}
                  onChange={(event) => setTyped({ ...typed, [edge]: event.target.value })}
                />
              </label>
              <Problem id={`${id}-${edge}`} of={problems[edge]} />
            </div>
          ))}
          <div>
            <label className="field">
              <span>{t("exclusion.reason")}</span>
              <textarea
                rows={3}
                value={typed.reason}
                aria-invalid={problems.reason !== undefined}
                aria-describedby={`${id}-reason`}
                onChange={(event) => setTyped({ ...typed, reason: event.target.value })}
              />
            </label>
            <Problem id={`${id}-reason`} of={problems.reason} />
          </div>
        </form>
      ) : (
        <Review meant={meant} />
      )}
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}

function Problem({ id, of }: { id: string; of: ExclusionProblems[keyof ExclusionProblems] }): ReactElement {
  const t = useT();
  return (
    <p id={id} role="alert" className="tone-bad small">
      {of === undefined ? "" : t(of)}
    </p>
  );
}

function Review({ meant }: { meant: Meant }): ReactElement {
  const t = useT();
  const isAfterwards = meant.from < Date.now();
  return (
    <div className="stack" role="status">
      <p>
        {t("exclusion.reviewText", {
          from: dateTimeText(meant.from), until: dateTimeText(meant.until), time: durationText(meant.until - meant.from),
        })}
      </p>
      <blockquote>{meant.reason}</blockquote>
      {isAfterwards ? (
        <p className="tone-warn">
          <Icon name="warning" size={16} /> {t("exclusion.willBeAfterwards")}
        </p>
      ) : null}
    </div>
  );
}
