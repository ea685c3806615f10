/** One conversation: its head, its messages, the place to write, and what opens beside it. */

import { type ReactElement, Suspense, lazy, useEffect, useState } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { Conversation, Id, Message } from "../../api/types";
import { useT } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Loading } from "../../ui/loading";
import { Menu, type MenuItem } from "../../ui/menu";
import { Composer } from "./composer";
import { MessageList } from "./message-list";
import { useConversationName } from "./names";

const ThreadPane = lazy(() => import("./thread-pane"));
const DateJump = lazy(() => import("./date-jump"));
const MembersDialog = lazy(() => import("./members-dialog"));
const SettingsDialog = lazy(() => import("./settings-dialog"));

interface ViewProps {
  row: Conversation;
  at: number | null;
  thread: Id | null;
}

export function ConversationView({ row, at, thread }: ViewProps): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const name = useConversationName()(row);
  const [dialog, setDialog] = useState<"members" | "settings" | "date" | null>(null);
  const [editing, setEditing] = useState<Message | null>(null);
  const view = useStore(workspace.timelines.of(row.id));
  // What one may do here comes with the conversation itself, not with the list.
  const hasDetails = row.can_manage !== undefined;
  useEffect(() => {
    if (!hasDetails) {
      void workspace.conversations.fetchOne(row.id);
    }
  }, [workspace, row.id, hasDetails]);
  const isDirect = row.kind === "direct";

  const more: MenuItem[] = [
    { key: "search", icon: "search", label: t("search.here"), onSelect: () => navigate(chatPath(workspace.id, row.id, { pane: "search" })) },
    { key: "date", icon: "calendar", label: t("date.jump"), onSelect: () => setDialog("date") },
    ...(isDirect
      ? []
      : [
          { key: "settings", icon: "gear" as const, label: t("conversation.settings"), onSelect: () => setDialog("settings") },
        ]),
  ];

  return (
    <div className={thread === null ? "conversation" : "conversation with-thread"}>
      <div className="conversation-main">
        <header className="conversation-head">
          <Link className="button-icon only-narrow" to={chatPath(workspace.id)} aria-label={t("conversation.back")}>
            <Icon name="back" />
          </Link>
          <div className="conversation-title">
            <h2>
              {name}
              {row.kind === "channel" ? (
                <span className="badge">
                  <Icon name="megaphone" size={13} /> {t("channel.official")}
                </span>
              ) : null}
              {row.archived ? <span className="badge">{t("conversation.archived")}</span> : null}
            </h2>
            <p className="conversation-topic">
              {row.kind === "channel" ? <ChannelRule row={row} /> : null}
              {row.topic}
            </p>
          </div>
          {isDirect ? null : (
            <button type="button" className="button small" onClick={() => setDialog("members")}>
              <Icon name="people" size={16} />
              <span className="only-wide">{t("members.count", { count: row.members_count })}</span>
              <span className="only-heard only-narrow">{t("members.count", { count: row.members_count })}</span>
            </button>
          )}
          <Menu label={t("conversation.more")} items={more}>
            <Icon name="more" />
          </Menu>
        </header>
        <MessageList row={row} at={at} onEdit={setEditing} />
        {row.can_post && !row.archived ? (
          <Composer
            key={editing?.id ?? "new"}
            row={row}
            threadOf={null}
            label={t("composer.label", { name })}
            editing={editing}
            onEditEnd={() => setEditing(null)}
            onEditLast={() => {
              const own = [...view.messages].reverse().find(
                (message) => message.author === workspace.me && !message.deleted && !message.thread_of,
              );
              setEditing(own ?? null);
            }}
          />
        ) : (
          <p className="composer-closed">
            <Icon name="lock" size={16} />
            {t(row.archived ? "composer.archived" : "composer.readOnly")}
          </p>
        )}
      </div>
      <Suspense fallback={<Loading />}>
        {thread === null ? null : <ThreadPane key={thread} row={row} root={thread} />}
      </Suspense>
      <Suspense fallback={null}>
        {dialog === "members" ? <MembersDialog row={row} onClose={() => setDialog(null)} /> : null}
        {dialog === "settings" ? <SettingsDialog row={row} onClose={() => setDialog(null)} /> : null}
        {dialog === "date" ? <DateJump row={row} onClose={() => setDialog(null)} /> : null}
      </Suspense>
    </div>
  );
}

function ChannelRule({ row }: { row: Conversation }): ReactElement {
  const t = useT();
  if (row.posters === undefined) {
    return <span />;
  }
  const text =
    row.posters === "members" ? t("channel.everyonePosts") : t("channel.somePost", { count: row.posters.length });
  return <span className="channel-rule">{text} </span>;
}
