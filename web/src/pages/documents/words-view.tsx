/** The words of a document with everything around them. */

import { type ReactElement, useCallback, useEffect, useRef, useState } from "react";
import { useApp, useWorkspace } from "../../app-context";
import type { DocumentDetails, ExportedMarkdown } from "../../api/documents";
import type { Id } from "../../api/types";
import { offer } from "../../chat/download";
import type { LiveDocument } from "../../documents/live-document";
import { type Key, useT } from "../../i18n";
import { documentsPath, navigate } from "../../route";
import { Failure, codeOf } from "../../ui/failure";
import { Icon, type IconName } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { Breadcrumbs } from "./breadcrumbs";
import { BackLink } from "./document-view";
import { anchorOf, quoteOf, spanOf } from "./editor/anchor";
import { type MarkedComment, showComments } from "./editor/comment-marks";
import { Toolbar } from "./editor/toolbar";
import { useEditor, useEditorState } from "./editor/use-editor";
import { ItemMenu } from "./item-menu";
import { FilesPanel } from "./panels/files-panel";
import { type ChosenWords, Comments } from "./panels/comments-panel";
import { HistoryPanel } from "./panels/history-panel";
import { Panel } from "./panels/panel";
import { Sharing } from "./panels/sharing-panel";
import { SaveMark } from "./save-mark";

type PanelName = "comments" | "history" | "sharing" | "files";

const PANELS: readonly { name: PanelName; word: Key; icon: IconName }[] = [
  { name: "comments", word: "comments.title", icon: "chat" },
  { name: "history", word: "versions.title", icon: "history" },
  { name: "sharing", word: "documents.sharing", icon: "people" },
  { name: "files", word: "files.title", icon: "clip" },
];

export function WordsView({ details, live }: { details: DocumentDetails; live: LiveDocument }): ReactElement {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [current, setCurrent] = useState<Id | null>(null);
  const [marked, setMarked] = useState<readonly MarkedComment[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const isEditable = details.rights.can_edit && !details.is_trashed;

  const openComment = useCallback((id: string) => {
    setPanel("comments");
    setCurrent(id);
  }, []);
  const editor = useEditor({ place, live, label: details.title, isEditable, onComment: openComment });
  useEditorState(editor);

  useEffect(() => {
    if (editor !== null && !editor.isDestroyed) {
      showComments(editor.view, marked);
    }
  }, [editor, marked]);

  const span = editor?.state.selection ?? null;
  const selection: ChosenWords | null =
    editor === null || span === null || span.empty
      ? null
      : { quote: quoteOf(editor.state, span), anchor: () => anchorOf(editor.state, span) };

  const reveal = useCallback(
    (anchor: string) => {
      const found = editor === null ? null : spanOf(editor.state, anchor);
      if (editor !== null && found !== null) {
        editor.chain().setTextSelection(found).scrollIntoView().run();
      }
    },
    [editor],
  );

  const exportMarkdown = async (): Promise<void> => {
    setFailure(null);
    try {
      await live.flush();
      const { file_name, markdown } = await transport.query<ExportedMarkdown>("/api/documents/export-markdown", {
        workspace_id: workspace.id,
        document_id: live.id,
      });
      offer(new Blob([markdown], { type: "text/markdown" }), file_name);
    } catch (error) {
      setFailure(codeOf(error));
    }
  };

  const out: MenuItem[] = [
    { key: "markdown", label: t("documents.exportMarkdown"), icon: "download", onSelect: () => void exportMarkdown() },
    { key: "print", label: t("documents.print"), icon: "print", onSelect: () => print() },
  ];

  return (
    <div className={panel === null ? "words" : "words words-beside"}>
      <div className="words-main">
        <header className="words-head">
          <BackLink details={details} />
          <div className="words-title">
            <Breadcrumbs crumbs={details.breadcrumbs} here={details.title} />
            <h1 tabIndex={-1}>{details.title}</h1>
          </div>
          <SaveMark live={live} />
          <div className="words-tools" role="group" aria-label={t("documents.panels")}>
            {PANELS.map(({ name, word, icon }) => (
              <button
                key={name}
                type="button"
                className="button-icon"
                data-panel={name}
                aria-expanded={panel === name}
                aria-label={t(word)}
                title={t(word)}
                onClick={() => setPanel(panel === name ? null : name)}
              >
                <Icon name={icon} />
              </button>
            ))}
            <Menu label={t("documents.out")} items={out}>
              <Icon name="download" />
            </Menu>
            <ItemMenu
              item={{ id: details.document_id, kind: "document", name: details.title, role: details.rights.role }}
              onGone={() => navigate(documentsPath(workspace.id, "folder", details.folder_id))}
            />
          </div>
        </header>
        {failure === null ? null : <Failure code={failure} />}
        {isEditable && editor !== null ? <Toolbar editor={editor} /> : null}
        {isEditable ? null : (
          <p className="words-note" role="note">
            <Icon name={details.is_trashed ? "trash" : "eye"} size={16} />
            {t(details.is_trashed ? "documents.inTrash" : details.rights.can_comment ? "editor.commentOnly" : "editor.readOnly")}
          </p>
        )}
        <div className="words-scroll">
          <div ref={place} className="words-place" />
        </div>
      </div>
      {panel === null ? null : (
        <Panel
          of={details.title}
          title={t(PANELS.find(({ name }) => name === panel)?.word ?? "comments.title")}
          onClose={() => {
            setPanel(null);
            document.querySelector<HTMLElement>(`[data-panel="${panel}"]`)?.focus();
          }}
          key={panel}
        >
          {panel === "comments" ? (
            <Comments
              live={live}
              details={details}
              selection={selection}
              current={current}
              onCurrent={setCurrent}
              onReveal={reveal}
              onMarked={setMarked}
            />
          ) : null}
          {panel === "history" ? <HistoryPanel live={live} details={details} /> : null}
          {panel === "sharing" ? <Sharing item={{ id: details.document_id, kind: "document", name: details.title }} /> : null}
          {panel === "files" ? <FilesPanel details={details} editor={isEditable ? editor : null} /> : null}
        </Panel>
      )}
    </div>
  );
}

