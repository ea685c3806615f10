/** The toolbar: one stop for Tab, arrow keys within, as the pattern for toolbars has it. */

import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from "react";
import { useT } from "../../../i18n";
import { LinkDialog } from "./link-dialog";
import type { Editor } from "./tiptap";
import { BLOCK_TOOLS, HEADINGS, HISTORY_TOOLS, INSERT_TOOLS, MARK_TOOLS, TABLE_TOOLS, type Tool, headingOf, setHeading } from "./tools";
import { useEditorState } from "./use-editor";

export function Toolbar({ editor }: { editor: Editor }): ReactElement {
  const t = useT();
  const bar = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState("undo");
  const [isLinking, setLinking] = useState(false);
  useEditorState(editor);

  // Within lists and tables Tab belongs to the text: there is another way to the toolbar.
  useEffect(() => {
    const words = editor.view.dom;
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const isLink = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
      if (isLink || (event.altKey && event.key === "F10")) {
        event.preventDefault();
        event.stopPropagation();
        if (isLink) {
          setLinking(true);
        } else {
          bar.current?.querySelector<HTMLElement>("[data-tool][tabindex='0']")?.focus();
        }
      }
    };
    words.addEventListener("keydown", onKey);
    return () => words.removeEventListener("keydown", onKey);
  }, [editor]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const stops = [...(bar.current?.querySelectorAll<HTMLElement>("[data-tool]") ?? [])];
    const index = stops.indexOf(document.activeElement as HTMLElement);
    const isSelect = document.activeElement instanceof HTMLSelectElement;
    const next: Record<string, number> = {
      ArrowRight: (index + 1) % stops.length,
      ArrowLeft: (index + stops.length - 1) % stops.length,
      ...(isSelect ? {} : { Home: 0, End: stops.length - 1 }),
    };
    const to = next[event.key];
    if (event.key === "Escape") {
      event.preventDefault();
      editor.commands.focus();
    } else if (to !== undefined && index >= 0) {
      event.preventDefault();
      stops[to]?.focus();
    }
  };

  const button = (tool: Tool): ReactElement => {
    // Still there for the keyboard while it can do nothing, or focus would be lost.
    const isOff = tool.isOff?.(editor) ?? false;
    const isOn = tool.isOn?.(editor);
    const name = t(tool.word);
    return (
      <button
        key={tool.id}
        type="button"
        className="tool"
        data-tool={tool.id}
        tabIndex={at === tool.id ? 0 : -1}
        aria-pressed={isOn}
        aria-disabled={isOff || undefined}
        aria-label={name}
        title={tool.keys ? `${name} (${tool.keys})` : name}
        onFocus={() => setAt(tool.id)}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => {
          if (!isOff) {
            tool.run(editor);
          }
        }}
      >
        <svg className="icon" width={18} height={18} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.8} strokeLinecap="round" strokeLinejoin="round" aria-hidden>
          <path d={tool.icon} />
        </svg>
      </button>
    );
  };

  const link: Tool = {
    id: "link",
    word: "editor.link",
    icon: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
    keys: "Ctrl+K",
    isOn: () => editor.isActive("link"),
    run: () => setLinking(true),
  };
  const level = headingOf(editor);

  return (
    <div ref={bar} className="toolbar" role="toolbar" tabIndex={-1} aria-label={t("editor.toolbar")} aria-orientation="horizontal" onKeyDown={onKeyDown}>
      <span className="tool-group">{HISTORY_TOOLS.map(button)}</span>
      <select
        className="tool-select"
        data-tool="heading"
        tabIndex={at === "heading" ? 0 : -1}
        aria-label={t("editor.style")}
        value={level}
        onFocus={() => setAt("heading")}
        onChange={(event) => setHeading(editor, Number(event.target.value))}
      >
        <option value={0}>{t("editor.paragraph")}</option>
        {[...HEADINGS, ...(level > 3 ? [level] : [])].map((each) => (
          <option key={each} value={each}>
            {t("editor.heading", { level: each })}
          </option>
        ))}
      </select>
      <span className="tool-group">{[...MARK_TOOLS, link].map(button)}</span>
      <span className="tool-group">{BLOCK_TOOLS.map(button)}</span>
      <span className="tool-group">{INSERT_TOOLS.map(button)}</span>
      {editor.isActive("table") ? <span className="tool-group">{TABLE_TOOLS.map(button)}</span> : null}
      {isLinking ? <LinkDialog editor={editor} onClose={() => setLinking(false)} /> : null}
    </div>
  );
}
