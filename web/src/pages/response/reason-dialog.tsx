/** Something that needs a reason. */

import { type ReactElement, useId, useState } from "react";
import { useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";

interface ReasonDialogProps {
  title: string;
  text: string;
  submit: string;
  isDanger?: boolean;
  isBusy?: boolean;
  failure?: string | null;
  onReason(reason: string): void;
  onClose(): void;
}

export function ReasonDialog({ title, text, submit, isDanger = false, isBusy = false, failure = null, onReason, onClose }: ReasonDialogProps): ReactElement {
  const t = useT();
  const id = useId();
  const [reason, setReason] = useState("");
  return (
    <Dialog
      title={title}
      kind={isDanger ? "danger" : "plain"}
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={id} className={`button big ${isDanger ? "danger" : "primary"}`} disabled={isBusy || reason.trim() === ""}>
            {submit}
          </button>
          <button type="button" className="button big" onClick={onClose}>
            {t("cancel")}
          </button>
        </>
      }
    >
      <form
        id={id}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onReason(reason.trim());
        }}
      >
        <p>{text}</p>
        <label className="field">
          <span>{t("incident.reason")}</span>
          <textarea rows={3} required maxLength={2_000} value={reason} data-first-focus onChange={(event) => setReason(event.target.value)} />
        </label>
        {failure === null ? null : <Failure code={failure} />}
      </form>
    </Dialog>
  );
}
