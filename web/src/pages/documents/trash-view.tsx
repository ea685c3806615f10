/** What was put into the trash, and taking it out again. */

import { type ReactElement, useState } from "react";
import type { TrashedItem } from "../../api/documents";
import { dateTimeText, useT } from "../../i18n";
import { announce } from "../../ui/announce";
import { Failure } from "../../ui/failure";
import { Icon } from "../../ui/icon";
import { Loading } from "../../ui/loading";
import { usePersonName } from "../chat/names";
import { Breadcrumbs } from "./breadcrumbs";
import { KIND_ICONS, KIND_WORDS } from "./item-words";
import { useList, useOrders } from "./use-documents";

export function TrashView(): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  const list = useList<TrashedItem>("trash-list", {});
  const { give, isBusy, failure } = useOrders();
  const [restoring, setRestoring] = useState<string | null>(null);

  const restore = async (item: TrashedItem): Promise<void> => {
    setRestoring(item.id);
    if ((await give("restore-from-trash", { item_id: item.id })) !== null) {
      announce(t("documents.restored", { name: item.name }));
    }
    setRestoring(null);
  };

  return (
    <div className="documents-page">
      <Breadcrumbs crumbs={[]} here={t("documents.trash")} />
      <header className="documents-head">
        <h1 tabIndex={-1}>{t("documents.trash")}</h1>
      </header>
      <p className="quiet">{t("documents.trashNote")}</p>
      {failure === null ? null : <Failure code={failure} />}
      {list.failure === null ? null : <Failure code={list.failure} onRetry={list.reload} />}
      {list.first === null ? (
        list.failure === null ? <Loading /> : null
      ) : list.items.length === 0 ? (
        <div className="documents-empty">
          <Icon name="trash" size={40} />
          <h2>{t("documents.trashEmpty")}</h2>
        </div>
      ) : (
        <ul className="trash-list" role="list" aria-label={t("documents.trash")}>
          {list.items.map((item) => (
            <li key={item.id}>
              <Icon name={KIND_ICONS[item.kind]} size={20} label={t(KIND_WORDS[item.kind])} />
              <span className="grow">
                <strong>{item.name}</strong>
                <small className="quiet">
                  {t("documents.trashedBy", { name: nameOf(item.trashed_by), time: dateTimeText(item.trashed_at) })}
                </small>
              </span>
              <button type="button" className="button small" disabled={isBusy && restoring === item.id} onClick={() => void restore(item)}>
                {t("documents.restore")}
                <span className="only-heard"> {item.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {list.hasMore ? (
        <button type="button" className="button" onClick={list.more}>
          {t("showMore")}
        </button>
      ) : null}
    </div>
  );
}
