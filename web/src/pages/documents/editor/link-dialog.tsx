/** Where a link leads. */

import { type ReactElement, useId, useState } from "react";
import { useT } from "../../../i18n";
import { Dialog } from "../../../ui/dialog";
import type { Editor } from "./tiptap";
import { linkAddress } from "./tools";

export function LinkDialog({ editor, onClose }: { editor: Editor; onClose(): void }): ReactElement {
  const t = useT();
  const form = useId();
  const before = String((editor.getAttributes("link") as { href?: string }).href ?? "");
  const [text, setText] = useState(before);
  const [isWrong, setWrong] = useState(false);

  const apply = (): void => {
    const href = linkAddress(text);
    if (href === null) {
      setWrong(true);
      return;
    }
    onClose();
    const chain = editor.chain().focus().extendMarkRange("link");
    if (editor.state.selection.empty && before === "") {
      chain.insertContent({ type: "text", text: text.trim(), marks: [{ type: "link", attrs: { href } }] }).run();
    } else {
      chain.setLink({ href }).run();
    }
  };

  return (
    <Dialog
      title={t("editor.link")}
      onClose={onClose}
      actions={
        <>
          {before === "" ? null : (
            <button
              type="button"
              className="button danger-quiet"
              onClick={() => {
                onClose();
                editor.chain().focus().extendMarkRange("link").unsetLink().run();
              }}
            >
              {t("editor.unlink")}
            </button>
          )}
          <button type="submit" form={form} className="button primary" disabled={text.trim() === ""}>
            {t("save")}
          </button>
        </>
      }
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <label className="field">
          <span>{t("editor.address")}</span>
          <input value={text} inputMode="url" placeholder="https://" onChange={(event) => setText(event.target.value)} data-first-focus />
        </label>
        {isWrong ? (
          <p className="failure small" role="alert">
            {t("editor.addressWrong")}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}
