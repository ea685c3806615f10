/** Times that were agreed not to count: listed with every figure. */

import { type ReactElement, useState } from "react";
import type { Exclusion } from "../../../../api/continuity";
import { dateTimeText, durationText, useT } from "../../../../i18n";
import { Dialog } from "../../../../ui/dialog";
import { Failure } from "../../../../ui/failure";
import { Icon } from "../../../../ui/icon";
import { useGive } from "../../protection/use-protection";
import { ExclusionForm } from "./exclusion-form";

export function Exclusions({ exclusions }: { exclusions: readonly Exclusion[] }): ReactElement {
  const t = useT();
  const [isDeclaring, setDeclaring] = useState(false);
  const [withdrawing, setWithdrawing] = useState<Exclusion | null>(null);
  return (
    <section className="card" aria-labelledby="exclusions-title">
      <header className="continuity-head">
        <h3 id="exclusions-title">{t("exclusion.title")}</h3>
        <button type="button" className="button small" onClick={() => setDeclaring(true)}>
          {t("exclusion.declare")}
        </button>
      </header>
      <p className="quiet small">{t("exclusion.text")}</p>
      {exclusions.length === 0 ? <p>{t("exclusion.none")}</p> : null}
      <ul className="exclusion-list" role="list">
        {exclusions.map((exclusion) => (
          <li key={exclusion.exclusion_id} data-exclusion={exclusion.exclusion_id}>
            <div className="grow">
              <strong>{spanText(exclusion, t)}</strong>
              {exclusion.declared_afterwards ? (
                <span className="badge badge-afterwards">
                  <Icon name="warning" size={13} /> {t("exclusion.afterwards")}
                </span>
              ) : null}
              <p className="exclusion-reason">{exclusion.reason}</p>
              <p className="quiet small">{t("exclusion.by", { name: exclusion.declared_by, time: dateTimeText(exclusion.declared_at) })}</p>
            </div>
            <button type="button" className="button small" onClick={() => setWithdrawing(exclusion)}>
              {t("exclusion.withdraw")}
              <span className="only-heard"> {spanText(exclusion, t)}</span>
            </button>
          </li>
        ))}
      </ul>
      {isDeclaring ? <ExclusionForm onClose={() => setDeclaring(false)} /> : null}
      {withdrawing === null ? null : <Withdrawal exclusion={withdrawing} onClose={() => setWithdrawing(null)} />}
    </section>
  );
}

function spanText({ from, until }: Pick<Exclusion, "from" | "until">, t: ReturnType<typeof useT>): string {
  return t("exclusion.span", { from: dateTimeText(from), until: dateTimeText(until), time: durationText(until - from) });
}

function Withdrawal({ exclusion, onClose }: { exclusion: Exclusion; onClose(): void }): ReactElement {
  const t = useT();
  const { give, isBusy, failure } = useGive();
  const withdraw = async (): Promise<void> => {
    const command = { exclusion_id: exclusion.exclusion_id };
    if (await give({ module: "continuity", verb: "withdraw-exclusion", command, done: t("exclusion.withdrawn") })) {
      onClose();
    }
  };
  return (
    <Dialog
      title={t("exclusion.withdrawTitle")}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="button" className="button primary" disabled={isBusy} onClick={() => void withdraw()}>
            {t("exclusion.withdraw")}
          </button>
        </>
      }
    >
      <p>
        <strong>{spanText(exclusion, t)}</strong>
      </p>
      <blockquote>{exclusion.reason}</blockquote>
      <p>{t("exclusion.withdrawText")}</p>
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}
