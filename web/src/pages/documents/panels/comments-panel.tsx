/** What people say about a document: threads, the open ones first in sight. */

import { type ReactElement, useEffect, useMemo, useState } from "react";
import { useStore } from "../../../app-context";
import type { CommentThread, DocumentDetails } from "../../../api/documents";
import type { Id } from "../../../api/types";
import type { LiveDocument } from "../../../documents/live-document";
import { useT } from "../../../i18n";
import { newId } from "../../../ids";
import { Failure } from "../../../ui/failure";
import { Loading } from "../../../ui/loading";
import type { MarkedComment } from "../editor/comment-marks";
import { useList, useOrders } from "../use-documents";
import { CommentForm } from "./comment-form";
import { Thread } from "./comment-thread";

/** What is selected in the words, to comment on. */
export interface ChosenWords {
  quote: string;
  anchor(): string | null;
}

interface CommentsProps {
  live: LiveDocument;
  details: DocumentDetails;
  selection: ChosenWords | null;
  current: Id | null;
  onCurrent(id: Id | null): void;
  onReveal?(anchor: string): void;
  onMarked?(marked: readonly MarkedComment[]): void;
}

export function Comments({ live, details, selection, current, onCurrent, onReveal, onMarked }: CommentsProps): ReactElement {
  const t = useT();
  const beside = useStore(live.beside);
  const [isOpenOnly, setOpenOnly] = useState(true);
  const list = useList<CommentThread>("comment-list", { document_id: live.id, open_only: isOpenOnly }, beside);
  const { give, isBusy, failure } = useOrders();
  const mayComment = details.rights.can_comment && !details.is_trashed;
  const { items } = list;

  const marked = useMemo(
    () => items.flatMap(({ id, anchor, resolved_at }) => (anchor && resolved_at === undefined ? [{ id, anchor, isCurrent: id === current }] : [])),
    [items, current],
  );
  const key = JSON.stringify(marked);
  useEffect(() => {
    onMarked?.(JSON.parse(key) as MarkedComment[]);
    return () => onMarked?.([]);
  }, [key, onMarked]);

  const add = async (text: string, mentions: Id[]): Promise<boolean> => {
    // What the comment stands at has to be at the sites before it.
    await live.flush();
    const anchor = selection?.anchor() ?? null;
    const id = newId();
    const answer = await give("add-comment", {
      comment_id: id,
      document_id: live.id,
      text,
      mentions,
      ...(anchor === null || selection === null ? {} : { anchor, quote: selection.quote }),
    });
    if (answer !== null) {
      onCurrent(id);
    }
    return answer !== null;
  };

  return (
    <div className="comments">
      {mayComment ? (
        <>
          {selection !== null && selection.quote !== "" ? (
            <blockquote className="comment-quote">{selection.quote}</blockquote>
          ) : details.kind === "document" ? (
            <p className="quiet small">{t("comments.select")}</p>
          ) : null}
          <CommentForm
            label={t(selection === null ? "comments.new" : "comments.newOnSelection")}
            submit={t("comments.send")}
            isBusy={isBusy}
            failure={failure}
            onSubmit={add}
          />
        </>
      ) : null}
      <div className="segments" role="group" aria-label={t("comments.show")}>
        <button type="button" aria-pressed={isOpenOnly} onClick={() => setOpenOnly(true)}>
          {t("comments.open")}
        </button>
        <button type="button" aria-pressed={!isOpenOnly} onClick={() => setOpenOnly(false)}>
          {t("comments.all")}
        </button>
      </div>
      {list.failure === null ? null : <Failure code={list.failure} onRetry={list.reload} />}
      {list.first === null ? (
        list.failure === null ? <Loading /> : null
      ) : items.length === 0 ? (
        <p className="quiet">{t("comments.none")}</p>
      ) : (
        <ul className="threads" role="list">
          {items.map((thread) => (
            <Thread
              key={thread.id}
              thread={thread}
              mayComment={mayComment}
              isCurrent={thread.id === current}
              onChoose={() => {
                onCurrent(thread.id);
                if (thread.anchor) {
                  onReveal?.(thread.anchor);
                }
              }}
            />
          ))}
        </ul>
      )}
      {list.hasMore ? (
        <button type="button" className="button" onClick={list.more}>
          {t("showMore")}
        </button>
      ) : null}
    </div>
  );
}
