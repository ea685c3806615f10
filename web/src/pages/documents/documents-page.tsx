/** Documents of a workspace: the tree beside, what was chosen in the middle. */

import { type ReactElement, Suspense, lazy, useEffect } from "react";
import { useWorkspace } from "../../app-context";
import { useT } from "../../i18n";
import { useRoute } from "../../route";
import { Loading } from "../../ui/loading";
import { FolderTree } from "./folder-tree";
import { FolderView } from "./folder-view";
import { SearchView } from "./search-view";
import { TrashView } from "./trash-view";
import "../../styles/documents.css";

const DocumentView = lazy(() => import("./document-view"));

export function DocumentsPage(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const route = useRoute();
  const place = route.page === "documents" ? route.place : "folder";
  const item = route.page === "documents" ? route.item : null;
  const words = route.page === "documents" ? route.words : "";
  const isDocument = place === "document" && item !== null;

  useEffect(() => {
    document.querySelector<HTMLElement>(".documents-main h1")?.focus();
  }, [place, item]);

  return (
    <div className={isDocument ? "documents documents-open" : "documents"}>
      <aside className="documents-side" aria-label={t("documents.folders")}>
        <p className="documents-workspace">{workspace.membership.name}</p>
        <FolderTree folder={place === "folder" ? item : null} place={place} />
      </aside>
      <main className="documents-main">
        {isDocument ? (
          <Suspense fallback={<Loading />}>
            <DocumentView key={item} id={item} />
          </Suspense>
        ) : place === "trash" ? (
          <TrashView />
        ) : place === "search" ? (
          <SearchView words={words} />
        ) : (
          <FolderView key={item ?? "top"} folder={item} />
        )}
      </main>
    </div>
  );
}

export default DocumentsPage;
