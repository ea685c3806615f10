/** Search, beside the conversation: here or everywhere, from the second character on. */

import { type ReactElement, useEffect, useState } from "react";
import { useApp, useStore, useWorkspace } from "../../app-context";
import type { Conversation, FoundMessage, Id } from "../../api/types";
import { dateTimeText, errorText, useT } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { codeOf } from "../../ui/failure";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Loading } from "../../ui/loading";
import { useConversationName, usePersonName } from "./names";

interface Found {
  items: FoundMessage[];
  next: string | null;
}

export default function SearchPane({ conversation }: { conversation: Conversation | null }): ReactElement {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { byId } = useStore(workspace.conversations.view);
  const nameOf = usePersonName();
  const titleOf = useConversationName();
  const [text, setText] = useState("");
  const [isHere, setHere] = useState(conversation !== null);
  const [from, setFrom] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const query = text.trim();
  const where: Id | undefined = isHere ? conversation?.id : undefined;

  useEffect(() => {
    // One Chinese character is not a word; one letter is not worth asking.
    if ([...query].length < 2) {
      setFound(null);
      return;
    }
    let isWanted = true;
    setBusy(true);
    const timer = setTimeout(() => {
      transport
        .query<Found>("/api/messaging/search", {
          workspace_id: workspace.id,
          q: query,
          conversation_id: where,
          after: from === "" ? undefined : new Date(`${from}T00:00`).getTime(),
          limit: 50,
        })
        .then(
          (answer) => {
            if (isWanted) {
              setFound(answer);
              setFailure(null);
              setBusy(false);
            }
          },
          (error: unknown) => {
            if (isWanted) {
              setFailure(codeOf(error));
              setBusy(false);
            }
          },
        );
    }, 250);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [query, where, from, transport, workspace.id]);

  const loadMore = async (): Promise<void> => {
    const page = await transport.query<Found>("/api/messaging/search", {
      workspace_id: workspace.id,
      q: query,
      conversation_id: where,
      cursor: found?.next,
      limit: 50,
    });
    setFound((before) => ({ items: [...(before?.items ?? []), ...page.items], next: page.next }));
  };

  const close = (): void => navigate(chatPath(workspace.id, conversation?.id ?? null));

  return (
    <aside
      className="search pane"
      aria-label={t("search.title")}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          close();
        }
      }}
    >
      <header className="pane-head">
        <h2>{t("search.title")}</h2>
        <button type="button" className="button-icon" onClick={close} aria-label={t("search.close")}>
          <Icon name="close" />
        </button>
      </header>
      <form className="search-form" role="search" onSubmit={(event) => event.preventDefault()}>
        <label className="field">
          <span className="only-heard">{t("search.words")}</span>
          <input type="search" value={text} placeholder={t("search.words")} onChange={(event) => setText(event.target.value)} autoFocus />
        </label>
        {conversation === null ? null : (
          <label className="check">
            <input type="checkbox" checked={isHere} onChange={(event) => setHere(event.target.checked)} />
            {t("search.onlyHere", { name: titleOf(conversation) })}
          </label>
        )}
        <label className="field inline">
          <span>{t("search.since")}</span>
          <input type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
        </label>
      </form>
      <div className="pane-body">
        <p className="quiet small" role="status">
          {failure !== null
            ? errorText(failure)
            : found === null
              ? t("search.hint")
              : found.items.length === 0
                ? t("search.none", { text: query })
                : t("search.found", { count: found.items.length })}
        </p>
        {isBusy && found === null ? <Loading /> : null}
        <ol className="results" role="list">
          {found?.items.map((message) => {
            const place = byId.get(message.conversation_id);
            return (
              <li key={message.id}>
                <Link
                  to={chatPath(
                    workspace.id,
                    message.conversation_id,
                    message.thread_of ? { thread: message.thread_of } : { at: message.position },
                  )}
                  className="result"
                >
                  <strong>{nameOf(message.author)}</strong>
                  <span className="result-text">
                    {message.excerpt.map((piece, index) =>
                      piece.is_match ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
                    )}
                  </span>
                  <small>
                    {place === undefined ? "" : `${titleOf(place)} · `}
                    <time dateTime={new Date(message.time).toISOString()}>{dateTimeText(message.time)}</time>
                  </small>
                </Link>
              </li>
            );
          })}
        </ol>
        {found?.next ? (
          <button type="button" className="button" onClick={() => void loadMore()}>
            {t("showMore")}
          </button>
        ) : null}
      </div>
    </aside>
  );
}
