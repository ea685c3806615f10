/** Making a folder of plausible documents and planting it. */

import { type ReactElement, useState } from "react";
import { currentLanguage, useT } from "../../../i18n";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { type CanaryFolder, inventCanaries } from "./invent-canaries";
import type { Order } from "../use-directory";
import { useGive } from "./use-protection";

export function PlantNew({ onClose }: { onClose(): void }): ReactElement {
  const t = useT();
  const { giveInTurn, isBusy, failure } = useGive();
  const [folder, setFolder] = useState(() => inventCanaries(currentLanguage()));
  const [made, setMade] = useState(0);
  const orders = ordersFor(folder);

  const plant = async (): Promise<void> => {
    // What was made before one was refused is not made again: it has its id already.
    if (await giveInTurn(orders.slice(made), () => setMade((before) => before + 1))) {
      onClose();
    }
  };

  return (
    <Dialog
      title={t("protection.plantNew")}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button primary" disabled={isBusy} onClick={() => void plant()}>
            {t("protection.plantThese")}
          </button>
          <button type="button" className="button" disabled={isBusy || made > 0} onClick={() => setFolder(inventCanaries(currentLanguage()))}>
            {t("protection.otherNames")}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </>
      }
    >
      <p>{t("protection.plantNewText")}</p>
      <label className="field">
        <span>{t("protection.folderName")}</span>
        <input
          value={folder.name}
          maxLength={200}
          disabled={isBusy || made > 0}
          data-first-focus
          onChange={(event) => setFolder({ ...folder, name: event.target.value })}
        />
      </label>
      <ul className="plant-list">
        {folder.documents.map((document) => (
          <li key={document.id}>{document.title}</li>
        ))}
      </ul>
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}

/** Planted last: from then on even whoever planted them had better not change them. */
function ordersFor(folder: CanaryFolder): Order[] {
  const { id, name, documents } = folder;
  return [
    { module: "documents", verb: "create-folder", command: { folder_id: id, name: name.trim() } },
    {
      module: "documents",
      verb: "set-permissions",
      command: { item_id: id, inherits: true, grants: [{ to: "everyone", role: "editor" }] },
    },
    ...documents.map(
      (document): Order => ({
        module: "documents",
        verb: "import-markdown",
        command: { document_id: document.id, folder_id: id, title: document.title, markdown: document.markdown },
      }),
    ),
    { verb: "plant-canaries", command: { items: [id, ...documents.map((document) => document.id)] } },
  ];
}
