/** Sending something urgent: how often those who have not acknowledged are reminded. */

import { type ReactElement, useState } from "react";
import { durationText, useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";

const INTERVALS_S = [300, 900, 1_800, 3_600];

interface UrgentDialogProps {
  count: number;
  onClose(): void;
  onSend(everyS: number): void;
}

export default function UrgentDialog({ count, onClose, onSend }: UrgentDialogProps): ReactElement {
  const t = useT();
  const [everyS, setEveryS] = useState(INTERVALS_S[0] ?? 300);
  return (
    <Dialog
      title={t("urgent.title")}
      kind="danger"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="button" className="button danger" data-first-focus onClick={() => onSend(everyS)}>
            {t("urgent.send")}
          </button>
        </>
      }
    >
      <p>{t("urgent.explain", { count })}</p>
      <label className="field">
        <span>{t("urgent.every")}</span>
        <select value={everyS} onChange={(event) => setEveryS(Number(event.target.value))}>
          {INTERVALS_S.map((seconds) => (
            <option key={seconds} value={seconds}>
              {durationText(seconds * 1_000)}
            </option>
          ))}
        </select>
      </label>
    </Dialog>
  );
}
