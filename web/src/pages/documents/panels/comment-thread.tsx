/** One thread of comments. */

import { type ReactElement, useEffect, useRef, useState } from "react";
import { useWorkspace } from "../../../app-context";
import type { Comment, CommentThread } from "../../../api/documents";
import { dateTimeText, useT, whenText } from "../../../i18n";
import { newId } from "../../../ids";
import { Avatar } from "../../../ui/avatar";
import { Failure } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { Menu, type MenuItem } from "../../../ui/menu";
import { MessageText } from "../../chat/message-text";
import { usePersonName } from "../../chat/names";
import { useOrders } from "../use-documents";
import { CommentForm } from "./comment-form";

interface ThreadProps {
  thread: CommentThread;
  mayComment: boolean;
  isCurrent: boolean;
  onChoose(): void;
}

export function Thread({ thread, mayComment, isCurrent, onChoose }: ThreadProps): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  const { give, isBusy, failure } = useOrders();
  const [isReplying, setReplying] = useState(false);
  const element = useRef<HTMLLIElement>(null);
  const isResolved = thread.resolved_at !== undefined;

  useEffect(() => {
    if (isCurrent) {
      element.current?.scrollIntoView({ block: "nearest" });
    }
  }, [isCurrent]);

  return (
    <li ref={element} className={`thread-box${isCurrent ? " is-current" : ""}${isResolved ? " is-resolved" : ""}`} data-thread={thread.id}>
      {thread.quote ? (
        <button type="button" className="comment-quote" onClick={onChoose} aria-label={t("comments.toPlace", { quote: thread.quote })}>
          {thread.quote}
        </button>
      ) : null}
      <CommentBody comment={thread} mayComment={mayComment} />
      {thread.replies.map((reply) => (
        <CommentBody key={reply.id} comment={reply} mayComment={mayComment} isReply />
      ))}
      {isResolved ? (
        <p className="quiet small resolved-line">
          <Icon name="check" size={15} /> {t("comments.resolvedBy", { name: nameOf(thread.resolved_by ?? "") })}
        </p>
      ) : null}
      {failure === null || isReplying ? null : <Failure code={failure} />}
      {isReplying ? (
        <CommentForm
          label={t("comments.reply")}
          submit={t("comments.reply")}
          isBusy={isBusy}
          failure={failure}
          isFocused
          onCancel={() => setReplying(false)}
          onSubmit={async (text, mentions) => {
            const answer = await give("reply-to-comment", { comment_id: newId(), thread_of: thread.id, text, mentions });
            setReplying(answer === null);
            return answer !== null;
          }}
        />
      ) : mayComment ? (
        <div className="thread-actions">
          {thread.is_deleted ? null : (
            <button type="button" className="text-button" onClick={() => setReplying(true)}>
              {t("comments.reply")}
            </button>
          )}
          <button
            type="button"
            className="text-button"
            disabled={isBusy}
            onClick={() => void give(isResolved ? "reopen-comment" : "resolve-comment", { comment_id: thread.id })}
          >
            {t(isResolved ? "comments.reopen" : "comments.resolve")}
          </button>
        </div>
      ) : null}
    </li>
  );
}

function CommentBody({ comment, mayComment, isReply = false }: { comment: Comment; mayComment: boolean; isReply?: boolean }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const { give, isBusy, failure } = useOrders();
  const [isEditing, setEditing] = useState(false);
  const name = nameOf(comment.author);
  const items: MenuItem[] = [
    ...(comment.author === workspace.me && mayComment && !comment.is_deleted
      ? [{ key: "edit", label: t("edit"), icon: "edit" as const, onSelect: () => setEditing(true) }]
      : []),
    ...(comment.can_delete
      ? [
          {
            key: "delete",
            label: t("delete"),
            icon: "trash" as const,
            isDanger: true,
            onSelect: () => void give("delete-comment", { comment_id: comment.id }),
          },
        ]
      : []),
  ];

  return (
    <article className={isReply ? "comment comment-reply" : "comment"}>
      <header>
        <Avatar id={comment.author} name={name} size={26} />
        <strong>{name}</strong>
        <time dateTime={new Date(comment.at).toISOString()} title={dateTimeText(comment.at)}>
          {whenText(comment.at)}
          {comment.edited_at === undefined ? null : ` · ${t("comments.edited")}`}
        </time>
        {items.length === 0 ? null : (
          <Menu label={t("comments.more", { name })} items={items}>
            <Icon name="more" size={16} />
          </Menu>
        )}
      </header>
      {isEditing ? (
        <CommentForm
          label={t("edit")}
          text={comment.text}
          submit={t("save")}
          isBusy={isBusy}
          failure={failure}
          isFocused
          onCancel={() => setEditing(false)}
          onSubmit={async (text, mentions) => {
            const answer = await give("edit-comment", { comment_id: comment.id, text, mentions });
            setEditing(answer === null);
            return answer !== null;
          }}
        />
      ) : (
        <div className="comment-text">
          {comment.is_deleted ? <em className="quiet">{t("comments.deleted")}</em> : <MessageText text={comment.text} mentions={comment.mentions} />}
        </div>
      )}
      {failure !== null && !isEditing ? <Failure code={failure} /> : null}
    </article>
  );
}
