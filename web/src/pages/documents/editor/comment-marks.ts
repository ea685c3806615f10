/** Shows where comments stand, without touching the text. */

import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import { spanOf } from "./anchor";
import { Extension, type Extensions } from "./tiptap";

export interface MarkedComment {
  id: string;
  anchor: string;
  isCurrent: boolean;
}

interface Marks {
  comments: readonly MarkedComment[];
  shown: DecorationSet;
}

const key = new PluginKey<Marks>("comment-marks");
const LOOK_AGAIN_MS = 60;

export function showComments(view: EditorView, comments: readonly MarkedComment[]): void {
  view.dispatch(view.state.tr.setMeta(key, comments).setMeta("addToHistory", false));
}

function decorations(state: EditorState, comments: readonly MarkedComment[]): DecorationSet {
  const found = comments.flatMap(({ id, anchor, isCurrent }) => {
    const span = spanOf(state, anchor);
    const name = isCurrent ? "comment-mark comment-mark-current" : "comment-mark";
    return span === null ? [] : [Decoration.inline(span.from, span.to, { class: name, "data-comment": id })];
  });
  return DecorationSet.create(state.doc, found);
}

export function commentMarks(onComment: (id: string) => void): Extensions[number] {
  return Extension.create({
    name: "commentMarks",
    addProseMirrorPlugins: () => [
      new Plugin<Marks>({
        key,
        state: {
          init: () => ({ comments: [], shown: DecorationSet.empty }),
          apply: (tr, marks, _, state) => {
            const comments = tr.getMeta(key) as readonly MarkedComment[] | undefined;
            if (comments !== undefined) {
              return { comments, shown: decorations(state, comments) };
            }
            return tr.docChanged ? { ...marks, shown: marks.shown.map(tr.mapping, tr.doc) } : marks;
          },
        },
        props: {
          decorations: (state) => key.getState(state)?.shown,
          handleClick: (_view, _at, event) => {
            const id = (event.target as Element | null)?.closest("[data-comment]")?.getAttribute("data-comment");
            if (id) {
              onComment(id);
            }
            return false;
          },
        },
        // The shared text's positions are right a moment after a change, not during it.
        view: () => {
          let timer: ReturnType<typeof setTimeout> | undefined;
          return {
            update: (view, before) => {
              const marks = key.getState(view.state);
              if (marks !== undefined && marks.comments.length > 0 && before.doc !== view.state.doc) {
                clearTimeout(timer);
                timer = setTimeout(() => showComments(view, marks.comments), LOOK_AGAIN_MS);
              }
            },
            destroy: () => clearTimeout(timer),
          };
        },
      }),
    ],
  });
}
