/** Files of messages: what they are, pictures of pictures, and getting them. */

import { type ReactElement, useEffect, useRef, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../app-context";
import type { Attachment, Id, Message } from "../../api/types";
import { fetchFile, offer } from "../../chat/download";
import type { FileProgress } from "../../chat/files";
import { errorText, sizeText, useT } from "../../i18n";
import { codeOf } from "../../ui/failure";
import { Icon } from "../../ui/icon";

const SHOWN_UP_TO_BYTES = 6_000_000;
const SHOWN_TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

export function AttachmentList({ message }: { message: Message }): ReactElement | null {
  if (!message.attachments?.length) {
    return null;
  }
  return (
    <ul className="attachments" role="list">
      {message.attachments.map((attachment) => (
        <li key={attachment.attachment_id}>
          <AttachmentCard message={message} attachment={attachment} />
        </li>
      ))}
    </ul>
  );
}

function AttachmentCard({ message, attachment }: { message: Message; attachment: Attachment }): ReactElement {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  const [picture, setPicture] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const path = `/api/attachments/${workspace.id}/${message.id}/${attachment.attachment_id}`;
  const isPicture = SHOWN_TYPES.has(attachment.type) && attachment.size <= SHOWN_UP_TO_BYTES;

  // Pictures are fetched when they come into sight; the address alone would carry no session.
  useEffect(() => {
    const element = place.current;
    if (!isPicture || element === null) {
      return;
    }
    const abort = new AbortController();
    let url: string | null = null;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) {
        return;
      }
      observer.disconnect();
      client.transport
        .raw(path, abort.signal)
        .then(async (response) => {
          if (response.ok) {
            url = URL.createObjectURL(await response.blob());
            setPicture(url);
          }
        })
        .catch(() => undefined);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      abort.abort();
      if (url !== null) {
        URL.revokeObjectURL(url);
      }
    };
  }, [client, path, isPicture]);

  const download = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      offer(await fetchFile(client.transport, path), attachment.name);
    } catch (error) {
      setFailure(codeOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div ref={place} className="attachment">
      {picture === null ? null : <img src={picture} alt={attachment.name} className="attachment-picture" />}
      <span className="attachment-line">
        <Icon name="file" />
        <span className="attachment-name">{attachment.name}</span>
        <span className="attachment-size">{sizeText(attachment.size)}</span>
        <button type="button" className="button-icon" disabled={isBusy} onClick={() => void download()} aria-label={t("file.download", { name: attachment.name })}>
          {isBusy ? <span className="spinner" aria-hidden /> : <Icon name="download" />}
        </button>
      </span>
      {failure === null ? null : <span className="failure small">{errorText(failure)}</span>}
    </div>
  );
}

/** Files on their way, with how far they are. */
export function FileProgressList({ ids, onRemove }: { ids: readonly Id[]; onRemove?: (id: Id) => void }): ReactElement {
  const t = useT();
  const client = useClient();
  const progress = useStore(client.files.progress);
  useEffect(() => {
    void client.files.describe(ids);
  }, [client, ids]);
  const known = ids.map((id) => progress.get(id)).filter((file): file is FileProgress => file !== undefined);
  return (
    <ul className="file-progress" role="list">
      {known.map((file) => (
        <li key={file.id}>
          <Icon name="file" size={16} />
          <span className="attachment-name">{file.name}</span>
          <span className="attachment-size">{sizeText(file.size)}</span>
          {file.state === "there" ? (
            <span className="file-state">
              <Icon name="check" size={14} /> {t("file.there")}
            </span>
          ) : (
            <progress max={file.size || 1} value={file.sent} aria-label={t("file.progress", { name: file.name })} />
          )}
          {file.state === "failed" ? <span className="file-state">{t("file.waiting")}</span> : null}
          {onRemove ? (
            <button type="button" className="button-icon" onClick={() => onRemove(file.id)} aria-label={t("file.remove", { name: file.name })}>
              <Icon name="close" size={15} />
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
