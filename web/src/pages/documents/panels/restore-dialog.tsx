/** Making a document what it was: said plainly, and confirmed. */

import { type ReactElement, useState } from "react";
import type { LiveDocument } from "../../../documents/live-document";
import { useT } from "../../../i18n";
import { announce } from "../../../ui/announce";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { useOrders } from "../use-documents";
import type { Moment } from "./moments";

interface RestoreProps {
  live: LiveDocument;
  moment: Moment;
  onClose(): void;
  onDone(): void;
}

export function RestoreDialog({ live, moment, onClose, onDone }: RestoreProps): ReactElement {
  const t = useT();
  const { give, failure } = useOrders();
  const [isBusy, setBusy] = useState(false);

  const restore = async (): Promise<void> => {
    setBusy(true);
    // What was typed last becomes part of the history first.
    await live.arrived();
    const answer = await give("restore-version", { document_id: live.id, seq: moment.seq });
    setBusy(false);
    if (answer !== null) {
      announce(t("versions.restored", { moment: moment.label }));
      onDone();
    }
  };

  return (
    <Dialog
      title={t("versions.restoreTitle")}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="button" className="button primary" disabled={isBusy} onClick={() => void restore()}>
            {t("versions.restore")}
          </button>
        </>
      }
    >
      <p>{t("versions.restoreText", { moment: moment.label })}</p>
      <p className="quiet">{t("versions.restoreNote")}</p>
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}
