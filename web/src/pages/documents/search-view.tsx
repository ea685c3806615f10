/** Finding documents by their words. */

import { type ReactElement, useEffect, useState } from "react";
import type { FoundItem } from "../../api/documents";
import { useWorkspace } from "../../app-context";
import { useT, whenText } from "../../i18n";
import { documentsPath, navigate } from "../../route";
import { Failure } from "../../ui/failure";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Loading } from "../../ui/loading";
import { usePersonName } from "../chat/names";
import { Breadcrumbs } from "./breadcrumbs";
import { KIND_ICONS, KIND_WORDS, Pieces, useItemPath } from "./item-words";
import { useList } from "./use-documents";

export function SearchBox({ words }: { words: string }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [text, setText] = useState(words);
  useEffect(() => setText(words), [words]);
  return (
    <form
      className="documents-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") {
          navigate(documentsPath(workspace.id, "search", null, text.trim()));
        }
      }}
    >
      <input
        type="search"
        value={text}
        maxLength={200}
        placeholder={t("documents.search")}
        aria-label={t("documents.search")}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="button-icon" aria-label={t("documents.searchGo")} title={t("documents.searchGo")}>
        <Icon name="search" />
      </button>
    </form>
  );
}

export function SearchView({ words }: { words: string }): ReactElement {
  const t = useT();
  return (
    <div className="documents-page">
      <Breadcrumbs crumbs={[]} here={t("documents.search")} />
      <header className="documents-head">
        <h1 tabIndex={-1}>{t("documents.search")}</h1>
        <SearchBox words={words} />
      </header>
      {words === "" ? <p className="quiet">{t("documents.searchHint")}</p> : <Found key={words} words={words} />}
    </div>
  );
}

function Found({ words }: { words: string }): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  const pathOf = useItemPath();
  const list = useList<FoundItem>("search", { q: words });
  if (list.failure !== null) {
    return <Failure code={list.failure} onRetry={list.reload} />;
  }
  if (list.first === null) {
    return <Loading />;
  }
  return (
    <>
      <p className="quiet" role="status">
        {list.items.length === 0 ? t("documents.nothingFound", { words }) : t("documents.found", { count: list.items.length })}
      </p>
      <ul className="found-list" role="list">
        {list.items.map((item) => (
          <li key={item.id}>
            <Link to={pathOf(item)} className="found-link">
              <Icon name={KIND_ICONS[item.kind]} size={20} label={t(KIND_WORDS[item.kind])} />
              <span className="grow">
                <strong>
                  <Pieces pieces={item.name} />
                </strong>
                {item.excerpt.length === 0 ? null : (
                  <span className="found-excerpt">
                    <Pieces pieces={item.excerpt} />
                  </span>
                )}
                <small className="quiet">
                  {nameOf(item.changed_by)} · {whenText(item.changed_at)}
                </small>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {list.hasMore ? (
        <button type="button" className="button" onClick={list.more}>
          {t("showMore")}
        </button>
      ) : null}
    </>
  );
}
