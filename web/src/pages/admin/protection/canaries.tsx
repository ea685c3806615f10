/** Canaries: documents that nobody has a reason to change. */

import { useQueries } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import type { Canary } from "../../../api/protection";
import type { Page } from "../../../api/types";
import { useApp, useWorkspace } from "../../../app-context";
import { momentText, useT } from "../../../i18n";
import { documentsPath } from "../../../route";
import { Failure, codeOf } from "../../../ui/failure";
import { Icon, type IconName } from "../../../ui/icon";
import { Link } from "../../../ui/link";
import { Loading } from "../../../ui/loading";
import { usePersonName } from "../../chat/names";
import { Pager, usePages } from "../pager";
import { PlantExisting } from "./plant-existing";
import { PlantNew } from "./plant-new";
import { useGive, useProtectionPage } from "./use-protection";

interface Known {
  kind: "folder" | "document" | "file";
  name: string;
}

const ICONS: Record<Known["kind"], IconName> = { folder: "folder", document: "document", file: "file" };

export function Canaries(): ReactElement {
  const t = useT();
  const pages = usePages("");
  const { data, failure, isLoading, reload } = useProtectionPage<Canary>("canary-list", { limit: 20, cursor: pages.cursor });
  const [open, setOpen] = useState<"existing" | "new" | null>(null);
  const items = data?.items ?? [];
  const known = useItems(items.map((canary) => canary.item_id));
  const close = (): void => setOpen(null);
  return (
    <section aria-labelledby="canaries-title">
      <header className="protection-head">
        <h2 id="canaries-title">{t("protection.canaries")}</h2>
        <div className="button-row">
          <button type="button" className="button primary" onClick={() => setOpen("new")}>
            {t("protection.plantNew")}
          </button>
          <button type="button" className="button" onClick={() => setOpen("existing")}>
            {t("protection.plantExisting")}
          </button>
        </div>
      </header>
      <p className="quiet">{t("protection.canariesText")}</p>
      {failure === null ? null : <Failure code={failure} onRetry={reload} />}
      {isLoading ? <Loading /> : null}
      {data !== undefined && items.length === 0 ? (
        <div className="protection-empty">
          <Icon name="bell" size={40} />
          <h3>{t("protection.noCanaries")}</h3>
          <p className="quiet">{t("protection.noCanariesText")}</p>
        </div>
      ) : null}
      <ul className="protection-list" role="list">
        {items.map((canary) => (
          <li key={canary.item_id}>
            <CanaryRow canary={canary} item={known.get(canary.item_id)} />
          </li>
        ))}
      </ul>
      <Pager pages={pages} next={data?.next} />
      {open === "existing" ? <PlantExisting onClose={close} /> : null}
      {open === "new" ? <PlantNew onClose={close} /> : null}
    </section>
  );
}

/** `item`: `null` where this person may not read it, `undefined` while that is not known. */
function CanaryRow({ canary, item }: { canary: Canary; item: Known | null | undefined }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const { give, isBusy, failure } = useGive();
  const name = item?.name ?? canary.item_id;
  return (
    <div className="card canary" data-canary={canary.item_id}>
      <Icon name={item ? ICONS[item.kind] : "lock"} size={20} />
      <div className="grow">
        {item ? <Link to={documentsPath(workspace.id, item.kind === "folder" ? "folder" : "document", canary.item_id)}>{name}</Link> : <code>{name}</code>}
        {item === null ? <small className="quiet"> {t("protection.notReadable")}</small> : null}
        <div className="quiet small">{t("protection.plantedBy", { name: nameOf(canary.planted_by), time: momentText(canary.planted_at) })}</div>
        {failure === null ? null : <Failure code={failure} />}
      </div>
      <button
        type="button"
        className="button small"
        disabled={isBusy}
        aria-label={t("protection.digUpNamed", { name })}
        onClick={() => void give({ verb: "dig-up-canaries", command: { items: [canary.item_id] } })}
      >
        {t("protection.digUp")}
      </button>
    </div>
  );
}

/** What items are called, where this person may read them: a canary is known by its id alone. */
function useItems(ids: readonly string[]): ReadonlyMap<string, Known | null> {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const answers = useQueries({
    queries: ids.map((id) => ({
      queryKey: [workspace.id, "item", id],
      staleTime: 60_000,
      queryFn: async (): Promise<Known | null> => {
        const ask = <T,>(query: string, parameters: Record<string, string | number>): Promise<T> =>
          transport.query<T>(`/api/documents/${query}`, { workspace_id: workspace.id, ...parameters });
        // A document and a file are asked for alike, and say which they are.
        const document = await unlessNotFound(ask<{ kind: "document" | "file"; title: string }>("document", { document_id: id }));
        if (document !== null) {
          return { kind: document.kind, name: document.title };
        }
        const folder = await unlessNotFound(ask<Page<unknown> & { name: string | null }>("folder", { folder_id: id, limit: 1 }));
        return folder === null ? null : { kind: "folder", name: folder.name ?? id };
      },
    })),
  });
  const known = new Map<string, Known | null>();
  ids.forEach((id, index) => {
    const answer = answers[index]?.data;
    if (answer !== undefined) {
      known.set(id, answer);
    }
  });
  return known;
}

/** `null` where there is no such thing for this person; any other failure says nothing about that. */
async function unlessNotFound<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (codeOf(error).endsWith("_not_found")) {
      return null;
    }
    throw error;
  }
}
