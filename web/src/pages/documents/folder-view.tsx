/** What is in a folder, and making more of it. */

import { type ReactElement, useState } from "react";
import type { FolderView as Folder, Item } from "../../api/documents";
import type { Id } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { Loading } from "../../ui/loading";
import { Failure } from "../../ui/failure";
import { Breadcrumbs } from "./breadcrumbs";
import { CreateBar, PendingFiles } from "./create-bar";
import { ItemMenu } from "./item-menu";
import { ItemTable } from "./item-table";
import { SearchBox } from "./search-view";
import { useList } from "./use-documents";

export function FolderView({ folder }: { folder: Id | null }): ReactElement {
  const t = useT();
  const list = useList<Item, Folder>("folder", { folder_id: folder });
  const [problem, setProblem] = useState<string | null>(null);
  const { first } = list;
  const title = folder === null ? t("documents.all") : (first?.name ?? "");

  if (first === null && list.failure !== null) {
    return (
      <div className="documents-page">
        <h1 tabIndex={-1}>{t("documents.notThere")}</h1>
        <Failure code={list.failure} onRetry={list.reload} />
      </div>
    );
  }
  return (
    <div className="documents-page">
      <Breadcrumbs crumbs={folder === null ? null : (first?.breadcrumbs ?? [])} here={title} />
      <header className="documents-head">
        <h1 tabIndex={-1}>{title === "" ? t("loading") : title}</h1>
        {folder !== null && first?.rights ? (
          <ItemMenu item={{ id: folder, kind: "folder", name: title, role: first.rights.role }} />
        ) : null}
        <SearchBox words="" />
      </header>
      {first?.can_create && !first.is_trashed ? <CreateBar folder={folder} onProblem={setProblem} /> : null}
      {problem === null ? null : <Failure code={problem} />}
      {first?.is_trashed ? (
        <p className="note">
          <Icon name="trash" size={16} /> {t("documents.inTrash")}
        </p>
      ) : null}
      <PendingFiles folder={folder} />
      {list.failure === null ? null : <Failure code={list.failure} onRetry={list.reload} />}
      {first === null ? (
        <Loading />
      ) : list.items.length === 0 ? (
        <div className="documents-empty">
          <Icon name="folder" size={40} />
          <h2>{t("documents.empty")}</h2>
          <p className="quiet">{t(first.can_create ? "documents.emptyText" : "documents.emptyReadOnly")}</p>
        </div>
      ) : (
        <ItemTable items={list.items} label={t("documents.itemsIn", { name: title })} actions={(item) => <ItemMenu item={item} />} />
      )}
      {list.hasMore ? (
        <button type="button" className="button" onClick={list.more}>
          {t("showMore")}
        </button>
      ) : null}
    </div>
  );
}
