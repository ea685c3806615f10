/** The editor's building blocks, from the one version they are all pinned to. */

export { Editor, Extension, type Extensions } from "@tiptap/core";
export { Collaboration } from "@tiptap/extension-collaboration";
export { Image } from "@tiptap/extension-image";
export { TaskItem, TaskList } from "@tiptap/extension-list";
export { TableKit } from "@tiptap/extension-table";
export { Placeholder } from "@tiptap/extensions";
export { StarterKit } from "@tiptap/starter-kit";
