/** Conversations beside the one that is open. */

import { type ReactElement, Suspense, lazy, useEffect } from "react";
import { useStore, useWorkspace } from "../../app-context";
import { useT } from "../../i18n";
import { chatPath, navigate, useRoute } from "../../route";
import { Icon } from "../../ui/icon";
import { Loading } from "../../ui/loading";
import { ConversationList } from "./conversation-list";
import { ConversationView } from "./conversation-view";
import { UrgentBanner } from "./urgent-banner";

const SearchPane = lazy(() => import("./search-pane"));

export function ChatPage(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const route = useRoute();
  const { byId, isFresh } = useStore(workspace.conversations.view);
  const chat = route.page === "chat" ? route : null;
  const row = chat?.conversation ? byId.get(chat.conversation) : undefined;

  useEffect(() => {
    workspace.onMoved = (from, to) => {
      if (location.pathname.endsWith(from)) {
        navigate(chatPath(workspace.id, to), "replace");
      }
    };
    return () => {
      workspace.onMoved = null;
    };
  }, [workspace]);

  // A conversation that is not on the list may still exist (a link somebody sent).
  const wanted = chat?.conversation ?? null;
  useEffect(() => {
    if (wanted !== null && isFresh && !byId.has(wanted)) {
      void workspace.conversations.fetchOne(wanted);
    }
  }, [wanted, isFresh, byId, workspace]);

  return (
    <main className="chat">
      <h1 className="only-heard">{workspace.membership.name}</h1>
      <ConversationList open={wanted} />
      <section className="chat-main" aria-label={t("chat.label")}>
        <UrgentBanner />
        {row === undefined || chat === null ? (
          wanted !== null && !isFresh ? (
            <Loading />
          ) : (
            <div className="empty">
              <Icon name="chat" size={44} />
              <h2>{t(wanted === null ? "chat.choose" : "chat.notFound")}</h2>
              <p>{t(wanted === null ? "chat.chooseText" : "chat.notFoundText")}</p>
            </div>
          )
        ) : (
          <ConversationView key={row.id} row={row} at={chat.at} thread={chat.thread} />
        )}
      </section>
      {chat?.pane === "search" ? (
        <Suspense fallback={<Loading />}>
          <SearchPane conversation={row ?? null} />
        </Suspense>
      ) : null}
    </main>
  );
}
