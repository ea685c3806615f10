/** An order that needs a reason, and says why when it is refused. */

import { type ReactElement, type ReactNode, useId, useState } from "react";
import { useT } from "../../../i18n";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import type { Order } from "../use-directory";
import { useGive } from "./use-protection";

interface NoteDialogProps {
  title: string;
  text: ReactNode;
  submit: string;
  isDanger?: boolean;
  maxLength?: number;
  order(note: string): Order;
  onDone?(): void;
  onClose(): void;
}

export function NoteDialog({ title, text, submit, isDanger = false, maxLength = 1_000, order, onDone, onClose }: NoteDialogProps): ReactElement {
  const t = useT();
  const id = useId();
  const { give, isBusy, failure } = useGive();
  const [note, setNote] = useState("");
  const send = async (): Promise<void> => {
    if (await give(order(note.trim()))) {
      onClose();
      onDone?.();
    }
  };
  return (
    <Dialog
      title={title}
      kind={isDanger ? "danger" : "plain"}
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={id} className={isDanger ? "button danger" : "button primary"} disabled={isBusy || note.trim() === ""}>
            {submit}
          </button>
          <button type="button" className="button" onClick={onClose}>
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
          void send();
        }}
      >
        {typeof text === "string" ? <p>{text}</p> : text}
        <label className="field">
          <span>{t("protection.note")}</span>
          <textarea rows={3} required maxLength={maxLength} value={note} data-first-focus onChange={(event) => setNote(event.target.value)} />
        </label>
        {failure === null ? null : <Failure code={failure} />}
      </form>
    </Dialog>
  );
}
