/** Letting documents and folders that are there be canaries. */

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useId, useState } from "react";
import type { FoundItem } from "../../../api/documents";
import type { Page } from "../../../api/types";
import { useApp, useWorkspace } from "../../../app-context";
import { whenText, useT } from "../../../i18n";
import { Dialog } from "../../../ui/dialog";
import { Failure, codeOf } from "../../../ui/failure";
import { Icon, type IconName } from "../../../ui/icon";
import { useGive } from "./use-protection";

/** As `plant-canaries` takes them. */
const AT_ONCE = 50;
const ICONS: Record<FoundItem["kind"], IconName> = { folder: "folder", document: "document", file: "file" };

export function PlantExisting({ onClose }: { onClose(): void }): ReactElement {
  const t = useT();
  const id = useId();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { give, isBusy, failure } = useGive();
  const [text, setText] = useState("");
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const { data, error } = useQuery({
    queryKey: [workspace.id, "canary-search", words],
    enabled: words !== "",
    queryFn: () => transport.query<Page<FoundItem>>("/api/documents/search", { workspace_id: workspace.id, q: words, limit: 30 }),
  });
  const nameOf = (item: FoundItem): string => item.name.map((piece) => piece.text).join("");
  const toggle = (item: FoundItem): void => {
    const next = new Map(chosen);
    if (!next.delete(item.id)) {
      next.set(item.id, nameOf(item));
    }
    setChosen(next);
  };
  const plant = async (): Promise<void> => {
    if (await give({ verb: "plant-canaries", command: { items: [...chosen.keys()] } })) {
      onClose();
    }
  };

  return (
    <Dialog
      title={t("protection.plantExisting")}
      kind="wide"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button primary" disabled={isBusy || chosen.size === 0 || chosen.size > AT_ONCE} onClick={() => void plant()}>
            {t("protection.plantCount", { count: chosen.size })}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </>
      }
    >
      <p className="quiet">{t("protection.plantExistingText")}</p>
      <form
        className="inline-form"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setWords(text.trim());
        }}
      >
        <label className="field grow">
          <span>{t("protection.searchItems")}</span>
          <input type="search" maxLength={200} value={text} data-first-focus onChange={(event) => setText(event.target.value)} />
        </label>
        <button type="submit" className="button" disabled={text.trim() === ""}>
          {t("protection.search")}
        </button>
      </form>
      {error ? <Failure code={codeOf(error)} /> : null}
      <p className="quiet small" role="status">
        {data === undefined ? "" : t("protection.itemsFound", { count: data.items.length })}
      </p>
      <ul className="picker-list" role="list">
        {(data?.items ?? []).map((item) => (
          <li key={item.id}>
            <label className="picker-row" htmlFor={`${id}-${item.id}`}>
              <input id={`${id}-${item.id}`} type="checkbox" checked={chosen.has(item.id)} onChange={() => toggle(item)} />
              <Icon name={ICONS[item.kind]} size={18} />
              <span>
                {nameOf(item)} <small className="quiet">{whenText(item.changed_at)}</small>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {chosen.size === 0 ? null : (
        <p>
          {t("picker.chosen")}: {[...chosen.values()].join(", ")}
        </p>
      )}
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}
