/** The conversations: a real list, one tab stop, arrows to move. */

import { type KeyboardEvent, type ReactElement, Suspense, lazy, useMemo, useRef, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../app-context";
import type { Conversation } from "../../api/types";
import { draftKey } from "../../chat/drafts";
import { useT, whenText } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { isOpen } from "../../sync/outbox-item";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Loading } from "../../ui/loading";
import { Menu } from "../../ui/menu";
import { useConversationName, usePersonName } from "./names";
import type { NewKind } from "./new-conversation";

const NewConversation = lazy(() => import("./new-conversation"));

type Filter = "all" | "unread" | "archived";

export function ConversationList({ open }: { open: string | null }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const client = useClient();
  const { rows, isFresh } = useStore(workspace.conversations.view);
  const items = useStore(client.outbox);
  const nameOf = useConversationName();
  const [text, setText] = useState("");
  const [filter, setFilter] = useState<Filter>("all");
  const [making, setMaking] = useState<NewKind | null>(null);
  const list = useRef<HTMLUListElement>(null);

  const waiting = useMemo(() => {
    const counts = new Map<string, number>();
    for (const item of items) {
      if (item.verb === "post-message" && (isOpen(item) || item.state === "refused")) {
        const conversation = String(item.command["conversation_id"]);
        counts.set(conversation, (counts.get(conversation) ?? 0) + 1);
      }
    }
    return counts;
  }, [items]);

  const wanted = text.trim().toLocaleLowerCase();
  const shown = rows.filter(
    (row) =>
      (filter === "archived") === row.archived &&
      (filter !== "unread" || row.unread > 0 || row.id === open) &&
      (wanted === "" || nameOf(row).toLocaleLowerCase().includes(wanted)),
  );
  const unreadTotal = rows.reduce((sum, row) => sum + (row.archived ? 0 : Math.min(row.unread, 1)), 0);
  const stop = shown.some((row) => row.id === open) ? open : (shown[0]?.id ?? null);

  const onKeyDown = (event: KeyboardEvent): void => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      links[Math.max(0, Math.min(to, links.length - 1))]?.focus();
    }
  };

  const kinds: { key: NewKind; icon: "person" | "people" | "megaphone"; word: "new.direct" | "new.group" | "new.channel" }[] = [
    { key: "direct", icon: "person", word: "new.direct" },
    { key: "group", icon: "people", word: "new.group" },
    ...(workspace.may("channels.create") ? [{ key: "channel" as const, icon: "megaphone" as const, word: "new.channel" as const }] : []),
  ];

  return (
    <section className="conversations" aria-label={t("conversations.label")}>
      <header className="conversations-head">
        <WorkspaceName />
        <Link className="button-icon" to={chatPath(workspace.id, open, { pane: "search" })} aria-label={t("search.open")} title={t("search.open")}>
          <Icon name="search" />
        </Link>
        <Menu
          label={t("new.label")}
          items={kinds.map(({ key, icon, word }) => ({ key, icon, label: t(word), onSelect: () => setMaking(key) }))}
        >
          <Icon name="plus" />
        </Menu>
      </header>
      <div className="conversations-filter">
        <label>
          <span className="only-heard">{t("conversations.filter")}</span>
          <input
            type="search"
            data-conversation-filter
            placeholder={t("conversations.filter")}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "ArrowDown") {
                event.preventDefault();
                list.current?.querySelector<HTMLElement>("a")?.focus();
              } else if (event.key === "Enter" && shown[0]) {
                navigate(chatPath(workspace.id, shown[0].id));
                setText("");
              }
            }}
          />
        </label>
        <div className="segments" role="group" aria-label={t("conversations.show")}>
          {(["all", "unread", "archived"] as const).map((key) => (
            <button key={key} type="button" aria-pressed={filter === key} onClick={() => setFilter(key)}>
              {t(`conversations.${key}`)}
              {key === "unread" && unreadTotal > 0 ? ` (${unreadTotal})` : ""}
            </button>
          ))}
        </div>
      </div>
      {rows.length === 0 && !isFresh ? <Loading /> : null}
      {shown.length === 0 && (isFresh || rows.length > 0) ? (
        <p className="conversations-none">{t(rows.length === 0 ? "conversations.none" : "conversations.noMatch")}</p>
      ) : null}
      <ul ref={list} className="conversation-rows" role="list" onKeyDown={onKeyDown}>
        {shown.map((row) => (
          <Row
            key={row.id}
            row={row}
            name={nameOf(row)}
            isOpen={row.id === open}
            isStop={row.id === stop}
            waiting={waiting.get(row.id) ?? 0}
          />
        ))}
      </ul>
      <Suspense fallback={null}>
        {making === null ? null : <NewConversation kind={making} onClose={() => setMaking(null)} />}
      </Suspense>
    </section>
  );
}

interface RowProps {
  row: Conversation;
  name: string;
  isOpen: boolean;
  isStop: boolean;
  waiting: number;
}

function Row({ row, name, isOpen: isHere, isStop, waiting }: RowProps): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const drafts = useStore(workspace.drafts.all);
  const personName = usePersonName();
  const draft = drafts.get(draftKey(row.id))?.text || row.draft || "";
  const last = row.last_message;
  const preview = last
    ? `${last.author === workspace.me ? t("conversations.you") : row.kind === "direct" ? "" : personName(last.author)}`
    : "";
  const text = last ? (last.deleted ? t("message.deleted") : last.text || t("message.filesOnly")) : t("conversations.noMessages");

  return (
    <li className="conversation-item">
      <Link
        to={chatPath(workspace.id, row.id)}
        className={`conversation-row${row.unread > 0 ? " is-unread" : ""}`}
        aria-current={isHere ? "page" : undefined}
        tabIndex={isStop ? 0 : -1}
      >
        {row.kind === "direct" ? (
          <Avatar id={row.with ?? row.id} name={name} />
        ) : (
          <span className={`kind-mark kind-${row.kind}`} aria-hidden>
            <Icon name={row.kind === "channel" ? "megaphone" : "people"} />
          </span>
        )}
        <span className="conversation-text">
          <span className="conversation-name">
            {name}
            {row.kind === "channel" ? <span className="badge">{t("channel.official")}</span> : null}
          </span>
          <span className="conversation-last">
            {draft !== "" && !isHere ? (
              <>
                <em className="draft-word">{t("conversations.draft")}</em> {draft}
              </>
            ) : (
              <>
                {preview ? `${preview}: ` : ""}
                {text}
              </>
            )}
          </span>
        </span>
        <span className="conversation-side">
          {last ? <time dateTime={new Date(last.time).toISOString()}>{whenText(last.time)}</time> : null}
          <span className="conversation-counts">
            {waiting > 0 ? (
              <span className="count count-waiting" title={t("conversations.waiting", { count: waiting })}>
                <Icon name="clock" size={13} />
                <span aria-hidden>{waiting}</span>
                <span className="only-heard">{t("conversations.waiting", { count: waiting })}</span>
              </span>
            ) : null}
            {row.mentions_unread > 0 ? (
              <span className="count count-mention">
                <span aria-hidden>@{row.mentions_unread}</span>
                <span className="only-heard">{t("conversations.mentions", { count: row.mentions_unread })}</span>
              </span>
            ) : null}
            {row.unread > 0 ? (
              <span className="count">
                <span aria-hidden>{row.unread > 999 ? "999+" : row.unread}</span>
                <span className="only-heard">{t("conversations.unreadCount", { count: row.unread })}</span>
              </span>
            ) : null}
          </span>
        </span>
      </Link>
    </li>
  );
}

function WorkspaceName(): ReactElement {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  const all = [...client.workspaces.values()];
  if (all.length < 2) {
    return <p className="workspace-name">{workspace.membership.name}</p>;
  }
  return (
    <div className="workspace-name">
      <Menu
        className="button plain"
        side="left"
        label={t("workspace.switch", { name: workspace.membership.name })}
        items={all.map((other) => ({
          key: other.id,
          label: other.membership.name,
          isChecked: other.id === workspace.id,
          onSelect: () => navigate(chatPath(other.id)),
        }))}
      >
        {workspace.membership.name} <Icon name="down" size={15} />
      </Menu>
    </div>
  );
}
