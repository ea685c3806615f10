/** One message. Heard in this order: author, text, time, marks. */

import { type KeyboardEvent, type ReactElement, Suspense, lazy, memo, useCallback, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../app-context";
import type { Conversation, Message } from "../../api/types";
import type { PendingMessage } from "../../chat/overlay";
import { dateTimeText, timeText, useT } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { announce } from "../../ui/announce";
import { Avatar } from "../../ui/avatar";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { AttachmentList } from "./attachments";
import { MessageText } from "./message-text";
import { usePersonName } from "./names";
import { PendingState, StateMark } from "./state-mark";
import { UrgentLine } from "./urgent-line";

/** The reactions one click away. */
const QUICK = ["👍", "❤️", "🎉"];

const EmojiPicker = lazy(() => import("./emoji"));
const HistoryDialog = lazy(() => import("./history-dialog"));
const ReadByDialog = lazy(() => import("./read-by-dialog"));

export interface MessageRowProps {
  row: Conversation;
  message: Message;
  isGrouped: boolean;
  isStop: boolean;
  isTarget?: boolean;
  isInThread?: boolean;
  onActive(key: string): void;
  onEdit(message: Message): void;
}

type Open = "emoji" | "history" | "read-by" | "delete" | null;

export const MessageRow = memo(function MessageRow(props: MessageRowProps): ReactElement {
  const { row, message, isGrouped, isStop, isTarget, isInThread, onActive, onEdit } = props;
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const [isNear, setNear] = useState(false);
  const [open, setOpen] = useState<Open>(null);
  const isOwn = message.author === workspace.me;
  const author = nameOf(message.author);
  const canWrite = row.can_post && !row.archived;

  const react = (emoji: string): void => {
    setOpen(null);
    const mine = message.reactions?.some((reaction) => reaction.emoji === emoji && reaction.mine) ?? false;
    void workspace.react(message, emoji, !mine);
  };
  const closeEmoji = useCallback(() => setOpen(null), []);
  const openThread = (): void => navigate(chatPath(workspace.id, row.id, { thread: message.thread_of ?? message.id }));

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || message.deleted) {
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "r" && canWrite) {
      event.preventDefault();
      setOpen("emoji");
    } else if (key === "t" || event.key === "Enter") {
      event.preventDefault();
      openThread();
    } else if (key === "e" && isOwn) {
      event.preventDefault();
      onEdit(message);
    } else if (event.key === "Delete" && isOwn) {
      event.preventDefault();
      setOpen("delete");
    }
  };

  const more: MenuItem[] = [
    { key: "read-by", icon: "eye", label: t("message.readBy"), onSelect: () => setOpen("read-by") },
    {
      key: "link",
      icon: "link",
      label: t("message.copyLink"),
      onSelect: () => {
        const path = chatPath(workspace.id, row.id, { at: message.position });
        void navigator.clipboard?.writeText(location.origin + path).then(() => announce(t("message.linkCopied")));
      },
    },
    ...(message.edited_at || workspace.may("channels.manage")
      ? [{ key: "history", icon: "history" as const, label: t("message.history"), onSelect: () => setOpen("history") }]
      : []),
    ...(isOwn ? [{ key: "edit", icon: "edit" as const, label: t("message.edit"), onSelect: () => onEdit(message) }] : []),
    ...(isOwn || workspace.may("channels.manage")
      ? [{ key: "delete", icon: "trash" as const, isDanger: true, label: t("message.delete"), onSelect: () => setOpen("delete") }]
      : []),
  ];

  const classes = ["message", isGrouped ? "is-grouped" : "", isTarget ? "is-target" : "", message.urgent ? "is-urgent" : ""];
  return (
    <li
      className={classes.join(" ")}
      data-key={message.id}
      data-position={message.position}
      tabIndex={isStop ? 0 : -1}
      onFocus={() => {
        onActive(message.id);
        setNear(true);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          setNear(false);
        }
      }}
      onMouseMove={() => setNear(true)}
      onMouseLeave={(event) => {
        if (!event.currentTarget.contains(document.activeElement)) {
          setNear(false);
        }
      }}
      onKeyDown={onKeyDown}
    >
      <span className="message-side">{isGrouped ? null : <Avatar id={message.author} name={author} />}</span>
      <div className="message-body">
        <span className={isGrouped ? "message-author only-heard" : "message-author"}>{author}</span>
        <span className="only-heard">: </span>
        {message.urgent ? <span className="badge badge-urgent"><Icon name="warning" size={13} /> {t("urgent.word")}</span> : null}
        <div className="message-text">
          {message.deleted ? (
            <em className="deleted">{t("message.deleted")}</em>
          ) : (
            <MessageText
              text={message.text}
              {...(message.mentions ? { mentions: message.mentions } : {})}
              mentionsEveryone={message.mention_everyone ?? false}
            />
          )}
        </div>
        {message.deleted ? null : <AttachmentList message={message} />}
        <span className="message-meta">
          <time dateTime={new Date(message.time).toISOString()} title={dateTimeText(message.time)}>
            {timeText(message.time)}
          </time>{" "}
          {message.edited_at && !message.deleted ? <span className="edited">{t("message.edited")}</span> : null}
          {isOwn ? <OwnMark message={message} /> : null}
        </span>
        {message.urgent && !message.deleted ? <UrgentLine message={message} /> : null}
        {message.reactions?.length ? (
          <div className="reactions" role="group" aria-label={t("reactions.label")}>
            {message.reactions.map((reaction) => (
              <button
                key={reaction.emoji}
                type="button"
                aria-pressed={reaction.mine}
                tabIndex={isNear ? 0 : -1}
                onClick={() => react(reaction.emoji)}
              >
                {reaction.emoji} {reaction.count}
              </button>
            ))}
          </div>
        ) : null}
        {!isInThread && (message.reply_count ?? 0) > 0 ? (
          <button type="button" className="thread-link" tabIndex={isNear ? 0 : -1} onClick={openThread}>
            <Icon name="thread" size={15} />
            {t("thread.replies", { count: message.reply_count ?? 0 })}
          </button>
        ) : null}
      </div>
      {(isNear || open === "emoji") && !message.deleted ? (
        <div className="message-tools" role="group" aria-label={t("message.actions")}>
          {canWrite
            ? QUICK.map((emoji) => (
                <button key={emoji} type="button" className="button-icon only-wide" aria-label={t("reactions.with", { emoji })} onClick={() => react(emoji)}>
                  {emoji}
                </button>
              ))
            : null}
          {canWrite ? (
            <button type="button" className="button-icon" aria-label={t("reactions.add")} title={t("reactions.add")} onClick={() => setOpen("emoji")}>
              <Icon name="smile" size={17} />
            </button>
          ) : null}
          {isInThread ? null : (
            <button type="button" className="button-icon" aria-label={t("thread.reply")} title={t("thread.reply")} onClick={openThread}>
              <Icon name="thread" size={17} />
            </button>
          )}
          <Menu label={t("message.more")} items={more}>
            <Icon name="more" size={17} />
          </Menu>
          <Suspense fallback={null}>
            {open === "emoji" ? <EmojiPicker onPick={react} onClose={closeEmoji} /> : null}
          </Suspense>
        </div>
      ) : null}
      <Suspense fallback={null}>
        {open === "history" ? <HistoryDialog message={message} onClose={() => setOpen(null)} /> : null}
        {open === "read-by" ? <ReadByDialog message={message} onClose={() => setOpen(null)} /> : null}
      </Suspense>
      {open === "delete" ? (
        <Dialog
          title={t("message.deleteTitle")}
          kind="danger"
          onClose={() => setOpen(null)}
          actions={
            <>
              <button type="button" className="button" data-first-focus onClick={() => setOpen(null)}>
                {t("cancel")}
              </button>
              <button
                type="button"
                className="button danger"
                onClick={() => {
                  setOpen(null);
                  void workspace.remove(message);
                }}
              >
                {t("message.delete")}
              </button>
            </>
          }
        >
          <p>{t("message.deleteText")}</p>
          <blockquote>{message.text.slice(0, 200)}</blockquote>
        </Dialog>
      ) : null}
    </li>
  );
});

/** Where one's own message is held: stored here, or safe at both sites. */
function OwnMark({ message }: { message: Message }): ReactElement {
  const client = useClient();
  useStore(client.safety);
  const { messagingPartition } = useWorkspace();
  const isSafe = client.safety.isSafe(messagingPartition, message.seq);
  return <StateMark state={isSafe ? "safe" : "sent"} />;
}

interface PendingRowProps {
  row: Conversation;
  pending: PendingMessage;
  isGrouped: boolean;
  isStop: boolean;
  onActive(key: string): void;
}

/** One's own message that no site has shown back yet. */
export function PendingRow({ row, pending, isGrouped, isStop, onActive }: PendingRowProps): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const author = usePersonName()(workspace.me);
  return (
    <li
      className={`message is-pending${isGrouped ? " is-grouped" : ""}`}
      data-key={pending.id}
      tabIndex={isStop ? 0 : -1}
      onFocus={() => onActive(pending.id)}
    >
      <span className="message-side">{isGrouped ? null : <Avatar id={workspace.me} name={author} />}</span>
      <div className="message-body">
        <span className={isGrouped ? "message-author only-heard" : "message-author"}>{author}</span>
        <span className="only-heard">: </span>
        {pending.isUrgent ? <span className="badge badge-urgent"><Icon name="warning" size={13} /> {t("urgent.word")}</span> : null}
        <div className="message-text">
          <MessageText text={pending.text} mentions={pending.mentions} />
        </div>
        <PendingState row={row} pending={pending} />
      </div>
    </li>
  );
}
