/** The place to write: keeps every keystroke, proposes people, carries files. */

import { type KeyboardEvent, type ReactElement, Suspense, lazy, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../app-context";
import type { Conversation, Id, Message } from "../../api/types";
import { draftKey } from "../../chat/drafts";
import { MAX_FILES, MAX_FILE_BYTES } from "../../chat/files";
import { sizeText, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { FileProgressList } from "./attachments";
import { mentionsIn, tokenAt } from "./mentions";
import { useSuggestions } from "./suggestions";

const EmojiPicker = lazy(() => import("./emoji"));
const UrgentDialog = lazy(() => import("./urgent-dialog"));

const MAX_CHARACTERS = 20_000;

interface ComposerProps {
  row: Conversation;
  threadOf: Id | null;
  label: string;
  editing?: Message | null;
  onEditEnd?(): void;
  onEditLast?(): void;
}

export function Composer({ row, threadOf, label, editing = null, onEditEnd, onEditLast }: ComposerProps): ReactElement {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  const drafts = useStore(workspace.drafts.all);
  const draft = drafts.get(draftKey(row.id, threadOf));
  const [editText, setEditText] = useState(editing?.text ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  const [isEmojiOpen, setEmojiOpen] = useState(false);
  const [isUrgentOpen, setUrgentOpen] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const hintId = useId();

  const isEditing = editing !== null;
  const text = isEditing ? editText : (draft?.text ?? "");
  const files = isEditing ? [] : (draft?.files ?? NO_FILES);
  const suggestions = useSuggestions(text, area);

  const write = (next: string, nextFiles: Id[] = files as Id[]): void => {
    if (isEditing) {
      setEditText(next);
    } else {
      workspace.drafts.save(row.id, threadOf, next, nextFiles);
    }
  };

  useEffect(() => {
    if (isEditing) {
      area.current?.focus();
      area.current?.setSelectionRange(editText.length, editText.length);
    } else if (matchMedia("(min-width: 720px)").matches && !location.search.includes("at=")) {
      area.current?.focus();
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useLayoutEffect(() => {
    const element = area.current;
    if (element !== null) {
      element.style.height = "auto";
      element.style.height = `${Math.min(element.scrollHeight + 2, 240)}px`;
    }
  }, [text]);

  const send = async (urgentEveryS?: number): Promise<void> => {
    const body = text.trim();
    if (body === "" && files.length === 0) {
      return;
    }
    if (body.length > MAX_CHARACTERS) {
      setProblem(t("composer.tooLong", { count: MAX_CHARACTERS }));
      return;
    }
    setProblem(null);
    if (editing !== null) {
      if (body !== editing.text) {
        await workspace.edit(editing, body);
      }
      onEditEnd?.();
      return;
    }
    const { people, everyone } = mentionsIn(body, workspace.roster.people.get());
    await workspace.post({
      conversation: row.id,
      text: body,
      threadOf,
      mentions: people,
      mentionEveryone: everyone,
      files: [...files],
      ...(urgentEveryS === undefined ? {} : { urgentEveryS }),
    });
    area.current?.focus();
  };

  const addFiles = async (chosen: Iterable<File>): Promise<void> => {
    const added: Id[] = [];
    for (const file of chosen) {
      if (file.size > MAX_FILE_BYTES) {
        setProblem(t("composer.fileTooLarge", { name: file.name, size: sizeText(MAX_FILE_BYTES) }));
        continue;
      }
      added.push((await client.files.add(workspace.id, file)).id);
    }
    if (added.length + files.length > MAX_FILES) {
      setProblem(t("composer.tooManyFiles", { count: MAX_FILES }));
      for (const id of added.splice(Math.max(0, MAX_FILES - files.length))) {
        void client.files.remove(id);
      }
    }
    if (added.length > 0) {
      const now = workspace.drafts.get(row.id, threadOf);
      write(now?.text ?? "", [...(now?.files ?? []), ...added]);
    }
  };

  const insert = (what: string): void => {
    const element = area.current;
    const at = element?.selectionStart ?? text.length;
    const end = element?.selectionEnd ?? at;
    write(text.slice(0, at) + what + text.slice(end));
    requestAnimationFrame(() => {
      element?.focus();
      element?.setSelectionRange(at + what.length, at + what.length);
    });
  };

  const closeEmoji = useCallback(() => setEmojiOpen(false), []);

  const choose = (handle: string): void => {
    const element = area.current;
    const token = tokenAt(text, element?.selectionStart ?? text.length);
    if (token !== null) {
      const next = `${text.slice(0, token.start)}@${handle} ${text.slice(token.end)}`;
      write(next);
      const at = token.start + handle.length + 2;
      requestAnimationFrame(() => element?.setSelectionRange(at, at));
    }
    suggestions.close();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While an input method composes (Chinese), Enter and arrows belong to it.
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (suggestions.onKey(event, choose)) {
      return;
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape" && isEditing) {
      event.preventDefault();
      onEditEnd?.();
    } else if (event.key === "ArrowUp" && text === "" && !isEditing) {
      event.preventDefault();
      onEditLast?.();
    }
  };

  const isEmpty = text.trim() === "" && files.length === 0;
  return (
    <form
      className={isEditing ? "composer is-editing" : "composer"}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (!isEditing) {
          void addFiles(event.dataTransfer.files);
        }
      }}
    >
      {isEditing ? (
        <div className="composer-note">
          <Icon name="edit" size={15} /> {t("composer.editing")}
          <button type="button" className="text-button" onClick={() => onEditEnd?.()}>
            {t("cancel")}
          </button>
        </div>
      ) : null}
      {problem === null ? null : (
        <p className="failure small" role="alert">
          {problem}
        </p>
      )}
      {files.length > 0 ? (
        <FileProgressList
          ids={files}
          onRemove={(id) => {
            void client.files.remove(id);
            write(text, files.filter((other) => other !== id));
          }}
        />
      ) : null}
      {suggestions.view(choose)}
      <textarea
        ref={area}
        rows={1}
        value={text}
        aria-label={label}
        aria-describedby={hintId}
        aria-autocomplete="list"
        {...suggestions.aria}
        placeholder={label}
        onChange={(event) => {
          write(event.target.value);
          suggestions.look(event.target.value, event.target.selectionStart);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setTimeout(suggestions.close, 150)}
        onPaste={(event) => {
          if (event.clipboardData.files.length > 0 && !isEditing) {
            event.preventDefault();
            void addFiles(event.clipboardData.files);
          }
        }}
      />
      <div className="composer-tools">
        {isEditing ? null : (
          <>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                void addFiles([...(event.target.files ?? [])]);
                event.target.value = "";
              }}
            />
            <button type="button" className="button-icon" onClick={() => picker.current?.click()} aria-label={t("composer.attach")} title={t("composer.attach")}>
              <Icon name="clip" />
            </button>
          </>
        )}
        <span className="menu-anchor">
          <button type="button" className="button-icon" onClick={() => setEmojiOpen(true)} aria-label={t("composer.emoji")} title={t("composer.emoji")}>
            <Icon name="smile" />
          </button>
          <Suspense fallback={null}>
            {isEmojiOpen ? (
              <EmojiPicker
                onClose={closeEmoji}
                onPick={(emoji) => {
                  setEmojiOpen(false);
                  insert(emoji);
                }}
              />
            ) : null}
          </Suspense>
        </span>
        <button
          type="button"
          className="button-icon"
          onClick={() => {
            insert("@");
            suggestions.look(`${text}@`, text.length + 1);
          }}
          aria-label={t("composer.mention")}
          title={t("composer.mention")}
        >
          <Icon name="at" />
        </button>
        {!isEditing && threadOf === null && workspace.may("messages.urgent") ? (
          <button type="button" className="button-icon" disabled={isEmpty} onClick={() => setUrgentOpen(true)} aria-label={t("composer.urgent")} title={t("composer.urgent")}>
            <Icon name="bell" />
          </button>
        ) : null}
        <small id={hintId} className="composer-hint only-wide">
          {t("composer.hint")}
        </small>
        <button type="submit" className="button primary send" disabled={isEmpty}>
          <Icon name={isEditing ? "check" : "send"} size={16} />
          <span>{t(isEditing ? "composer.save" : "composer.send")}</span>
        </button>
      </div>
      <Suspense fallback={null}>
      {isUrgentOpen ? (
        <UrgentDialog
          count={Math.max(row.members_count - 1, 1)}
          onClose={() => setUrgentOpen(false)}
          onSend={(everyS) => {
            setUrgentOpen(false);
            void send(everyS);
          }}
        />
      ) : null}
      </Suspense>
    </form>
  );
}

const NO_FILES: readonly Id[] = [];
