/** The editor of a document, for as long as the document is open. */

import { useEffect, useReducer, useRef, useState } from "react";
import type { RefObject } from "react";
import { useClient, useWorkspace } from "../../../app-context";
import { fetchFile } from "../../../chat/download";
import type { LiveDocument } from "../../../documents/live-document";
import { useT } from "../../../i18n";
import { extensions } from "./extensions";
import { Editor } from "./tiptap";

interface EditorOptions {
  place: RefObject<HTMLDivElement | null>;
  live: LiveDocument;
  label: string;
  isEditable: boolean;
  onComment(id: string): void;
}

export function useEditor({ place, live, label, isEditable, onComment }: EditorOptions): Editor | null {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  const [editor, setEditor] = useState<Editor | null>(null);
  // Another name is no reason for another editor.
  const name = useRef(label);
  useEffect(() => {
    name.current = label;
    editor?.view.dom.setAttribute("aria-label", label);
  }, [editor, label]);
  const placeholder = isEditable ? t("editor.placeholder") : t("editor.nothing");

  useEffect(() => {
    if (place.current === null) {
      return;
    }
    const prefix = `/api/attachments/${workspace.id}/documents/${live.id}/`;
    const next = new Editor({
      element: place.current,
      editable: isEditable,
      extensions: extensions({
        doc: live.doc,
        placeholder,
        picture: async (src) => (src.startsWith(prefix) ? URL.createObjectURL(await fetchFile(client.transport, src)) : null),
        onComment,
      }),
      editorProps: {
        attributes: {
          class: "document-words",
          role: "textbox",
          "aria-multiline": "true",
          "aria-label": name.current,
          ...(isEditable ? {} : { "aria-readonly": "true", tabindex: "0" }),
        },
      },
      // Styles come with the page: the sites' policy allows no other.
      injectCSS: false,
    });
    setEditor(next);
    return () => {
      setEditor(null);
      next.destroy();
    };
  }, [place, live, client, workspace, isEditable, placeholder, onComment]);
  return editor;
}

/** Draws again whenever the editor's state changed. */
export function useEditorState(editor: Editor | null): void {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    editor?.on("transaction", draw);
    return () => {
      editor?.off("transaction", draw);
    };
  }, [editor]);
}
