/** Writing a comment or a reply, with people proposed after an @. */

import { type ReactElement, useId, useRef, useState } from "react";
import { useStore, useWorkspace } from "../../../app-context";
import type { Id } from "../../../api/types";
import { useT } from "../../../i18n";
import { Failure } from "../../../ui/failure";
import { mentionsIn, tokenAt } from "../../chat/mentions";
import { useSuggestions } from "../../chat/suggestions";

const CHARACTERS = 10_000;

interface FormProps {
  label: string;
  text?: string;
  submit: string;
  isBusy: boolean;
  failure: string | null;
  isFocused?: boolean;
  onCancel?(): void;
  /** Resolves to whether it was taken; the text stays until then. */
  onSubmit(text: string, mentions: Id[]): Promise<boolean>;
}

export function CommentForm({ label, text: first = "", submit, isBusy, failure, isFocused = false, onCancel, onSubmit }: FormProps): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const people = useStore(workspace.roster.people);
  const [text, setText] = useState(first);
  const area = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const suggestions = useSuggestions(text, area, false);

  const choose = (handle: string): void => {
    const token = tokenAt(text, area.current?.selectionStart ?? text.length);
    if (token !== null) {
      setText(`${text.slice(0, token.start)}@${handle} ${text.slice(token.end)}`);
      const at = token.start + handle.length + 2;
      requestAnimationFrame(() => area.current?.setSelectionRange(at, at));
    }
    suggestions.close();
  };
  const send = async (): Promise<void> => {
    const body = text.trim();
    if (body !== "" && !isBusy && (await onSubmit(body, mentionsIn(body, people).people))) {
      setText("");
    }
  };

  return (
    <form
      className="comment-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {suggestions.view(choose)}
      <textarea
        ref={area}
        rows={2}
        value={text}
        maxLength={CHARACTERS}
        aria-label={label}
        aria-describedby={hint}
        aria-autocomplete="list"
        {...suggestions.aria}
        placeholder={label}
        autoFocus={isFocused}
        onChange={(event) => {
          setText(event.target.value);
          suggestions.look(event.target.value, event.target.selectionStart);
        }}
        onBlur={() => setTimeout(suggestions.close, 150)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || suggestions.onKey(event, choose)) {
            event.stopPropagation();
            return;
          }
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          } else if (event.key === "Escape" && onCancel) {
            event.preventDefault();
            event.stopPropagation();
            onCancel();
          }
        }}
      />
      {failure === null ? null : <Failure code={failure} />}
      <div className="comment-form-foot">
        <small id={hint} className="quiet">
          {t("comments.hint")}
        </small>
        {onCancel ? (
          <button type="button" className="button small" onClick={onCancel}>
            {t("cancel")}
          </button>
        ) : null}
        <button type="submit" className="button small primary" disabled={isBusy || text.trim() === ""}>
          {submit}
        </button>
      </div>
    </form>
  );
}
