/** Choosing one person; oneself is offered first. */

import { type ReactElement, useState } from "react";
import type { Id } from "../../api/types";
import { useWorkspace } from "../../app-context";
import { useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { usePersonName } from "../chat/names";
import { PersonPicker } from "../chat/person-picker";

export function WhoDialog({ title, onWho, onClose }: { title: string; onWho(person: Id): void; onClose(): void }): ReactElement {
  const t = useT();
  const { me } = useWorkspace();
  const nameOf = usePersonName();
  const [who, setWho] = useState<Id | null>(null);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button primary big" disabled={who === null} onClick={() => who !== null && onWho(who)}>
            {t("save")}
          </button>
          <button type="button" className="button big" onClick={onClose}>
            {t("cancel")}
          </button>
        </>
      }
    >
      <label className="check who-me">
        <input type="checkbox" checked={who === me} onChange={(event) => setWho(event.target.checked ? me : null)} /> {t("task.me")} ({nameOf(me)})
      </label>
      <PersonPicker isSingle chosen={who === null || who === me ? [] : [who]} onChange={([chosen]) => setWho(chosen ?? null)} />
    </Dialog>
  );
}
