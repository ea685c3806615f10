/** What the toolbar offers, and what each tool does. */

import type { Key } from "../../../i18n";
import type { Editor } from "./tiptap";

export interface Tool {
  id: string;
  word: Key;
  /** Drawn in a 24-unit grid like every icon. */
  icon: string;
  keys?: string;
  isOn?(editor: Editor): boolean;
  isOff?(editor: Editor): boolean;
  run(editor: Editor): void;
}

const mark = (id: string, name: string, word: Key, icon: string, keys: string, run: (editor: Editor) => void): Tool => ({
  id,
  word,
  icon,
  keys,
  isOn: (editor) => editor.isActive(name),
  run,
});

export const HISTORY_TOOLS: readonly Tool[] = [
  {
    id: "undo",
    word: "editor.undo",
    icon: "M8 5L4 9l4 4M4 9h9a6 6 0 0 1 0 12h-2",
    keys: "Ctrl+Z",
    isOff: (editor) => !editor.can().undo(),
    run: (editor) => editor.chain().focus().undo().run(),
  },
  {
    id: "redo",
    word: "editor.redo",
    icon: "M16 5l4 4-4 4M20 9h-9a6 6 0 0 0 0 12h2",
    keys: "Ctrl+Shift+Z",
    isOff: (editor) => !editor.can().redo(),
    run: (editor) => editor.chain().focus().redo().run(),
  },
];

export const MARK_TOOLS: readonly Tool[] = [
  mark("bold", "bold", "editor.bold", "M7 4h6a4 4 0 0 1 0 8H7zM7 12h7a4 4 0 0 1 0 8H7z", "Ctrl+B", (editor) => editor.chain().focus().toggleBold().run()),
  mark("italic", "italic", "editor.italic", "M10 4h8M6 20h8M14 4l-4 16", "Ctrl+I", (editor) => editor.chain().focus().toggleItalic().run()),
  mark("strike", "strike", "editor.strike", "M4 12h16M17 7.5C16 5 14 4 12 4c-3 0-5 1.5-5 4 0 2 1.5 3 4 4M7 16.5C8 19 10 20 12 20c3 0 5-1.5 5-4", "Ctrl+Shift+S", (editor) => editor.chain().focus().toggleStrike().run()),
  mark("code", "code", "editor.code", "M8 6l-6 6 6 6M16 6l6 6-6 6", "Ctrl+E", (editor) => editor.chain().focus().toggleCode().run()),
];

export const BLOCK_TOOLS: readonly Tool[] = [
  mark("bullets", "bulletList", "editor.bullets", "M9 6h12M9 12h12M9 18h12M4 6h.01M4 12h.01M4 18h.01", "Ctrl+Shift+8", (editor) => editor.chain().focus().toggleBulletList().run()),
  mark("numbers", "orderedList", "editor.numbers", "M10 6h11M10 12h11M10 18h11M3.5 5L5 4v5M3.5 15h3l-3 4h3", "Ctrl+Shift+7", (editor) => editor.chain().focus().toggleOrderedList().run()),
  mark("tasks", "taskList", "editor.tasks", "M12 6h9M12 12h9M12 18h9M3 6l2 2 3.5-4M3 16l2 2 3.5-4", "Ctrl+Shift+9", (editor) => editor.chain().focus().toggleTaskList().run()),
  mark("quote", "blockquote", "editor.quote", "M5 17c3-1 4-3 4-6H4V6h6v5c0 4-2 6.5-5 8zM15 17c3-1 4-3 4-6h-5V6h6v5c0 4-2 6.5-5 8z", "Ctrl+Shift+B", (editor) => editor.chain().focus().toggleBlockquote().run()),
  mark("codeBlock", "codeBlock", "editor.codeBlock", "M3 4h18v16H3zM9 9l-3 3 3 3M15 9l3 3-3 3", "Ctrl+Alt+C", (editor) => editor.chain().focus().toggleCodeBlock().run()),
];

export const INSERT_TOOLS: readonly Tool[] = [
  {
    id: "table",
    word: "editor.table",
    icon: "M3 5h18v14H3zM3 10h18M3 14.5h18M9 5v14M15 5v14",
    isOn: (editor) => editor.isActive("table"),
    isOff: (editor) => editor.isActive("table"),
    run: (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
  },
  {
    id: "rule",
    word: "editor.rule",
    icon: "M3 12h18M7 6h10M7 18h10",
    run: (editor) => editor.chain().focus().setHorizontalRule().run(),
  },
];

/** Only inside of a table. */
export const TABLE_TOOLS: readonly Tool[] = [
  { id: "rowBelow", word: "editor.rowBelow", icon: "M3 4h18v8H3zM12 15v6M9 18h6", run: (editor) => editor.chain().focus().addRowAfter().run() },
  { id: "columnAfter", word: "editor.columnAfter", icon: "M4 3h8v18H4zM18 9v6M15 12h6", run: (editor) => editor.chain().focus().addColumnAfter().run() },
  { id: "deleteRow", word: "editor.deleteRow", icon: "M3 4h18v8H3zM9 18h6", run: (editor) => editor.chain().focus().deleteRow().run() },
  { id: "deleteColumn", word: "editor.deleteColumn", icon: "M4 3h8v18H4zM15 12h6", run: (editor) => editor.chain().focus().deleteColumn().run() },
  { id: "deleteTable", word: "editor.deleteTable", icon: "M3 5h18v14H3zM9 9l6 6M15 9l-6 6", run: (editor) => editor.chain().focus().deleteTable().run() },
];

export const HEADINGS = [1, 2, 3] as const;

/** The level of the heading the cursor is in; 0: none. */
export function headingOf(editor: Editor): number {
  return [1, 2, 3, 4, 5, 6].find((level) => editor.isActive("heading", { level })) ?? 0;
}

export function setHeading(editor: Editor, level: number): void {
  const chain = editor.chain().focus();
  (level === 0 ? chain.setParagraph() : chain.setHeading({ level: level as 1 | 2 | 3 | 4 | 5 | 6 })).run();
}

/** An address as a link holds it; `null`: not one a link may have. */
export function linkAddress(text: string): string | null {
  const address = text.trim();
  if (address === "") {
    return null;
  }
  const full = /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`;
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(full).protocol) ? full : null;
  } catch {
    return null;
  }
}
