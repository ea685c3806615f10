/** Continuity: what was promised, whether it was kept, and what was rehearsed. */

import { type ReactElement, Suspense } from "react";
import { useWorkspace } from "../../../app-context";
import { useT } from "../../../i18n";
import { continuityPath, useRoute } from "../../../route";
import { Failure } from "../../../ui/failure";
import { Link } from "../../../ui/link";
import { Loading } from "../../../ui/loading";
import { pagesFor } from "./pages";
import { useVisitor } from "./visitor";
import "../../../styles/continuity.css";

export default function Continuity(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const route = useRoute();
  const pages = pagesFor(useVisitor());
  const asked = route.page === "admin" ? route.subpage : null;
  const page = asked === null ? pages[0] : pages.find(({ place }) => place === asked);
  return (
    <div className="continuity">
      {pages.length === 0 ? null : (
        <nav className="places" aria-label={t("admin.continuity")}>
          {pages.map(({ place, word }) => (
            <Link key={place} to={continuityPath(workspace.id, place)} aria-current={place === page?.place ? "page" : undefined}>
              {t(word)}
            </Link>
          ))}
        </nav>
      )}
      {page === undefined ? (
        <Failure code="not_permitted" />
      ) : (
        <Suspense fallback={<Loading />}>
          <page.Page />
        </Suspense>
      )}
    </div>
  );
}
