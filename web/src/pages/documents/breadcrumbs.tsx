/** The way from the top to here. */

import type { ReactElement } from "react";
import type { Breadcrumb } from "../../api/documents";
import { useWorkspace } from "../../app-context";
import { useT } from "../../i18n";
import { documentsPath } from "../../route";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";

/** `crumbs` is `null` at the top itself. */
export function Breadcrumbs({ crumbs, here }: { crumbs: readonly Breadcrumb[] | null; here: string }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  return (
    <nav className="crumbs" aria-label={t("documents.way")}>
      <ol role="list">
        {crumbs === null ? null : (
          <li>
            <Link to={documentsPath(workspace.id)}>{t("documents.all")}</Link>
          </li>
        )}
        {(crumbs ?? []).map((crumb) => (
          <li key={crumb.folder_id}>
            <Icon name="right" size={13} />
            <Link to={documentsPath(workspace.id, "folder", crumb.folder_id)}>{crumb.name}</Link>
          </li>
        ))}
        {crumbs === null ? null : (
          <li aria-current="page">
            <Icon name="right" size={13} />
            <span>{here}</span>
          </li>
        )}
      </ol>
      {crumbs === null ? (
        <Link to={documentsPath(workspace.id, "trash")} className="only-narrow crumbs-trash">
          <Icon name="trash" size={16} /> {t("documents.trash")}
        </Link>
      ) : null}
    </nav>
  );
}
