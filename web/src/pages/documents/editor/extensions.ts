/** What a document is made of: the nodes and marks that the sites accept, bound to the shared text. */

import { type Extensions, Image as ImageNode } from "./tiptap";
import { Collaboration, Placeholder, StarterKit, TableKit, TaskItem, TaskList } from "./tiptap";
import type { Doc } from "yjs";
import { commentMarks } from "./comment-marks";

export interface ExtensionDoors {
  doc: Doc;
  placeholder: string;
  /** Fetches a picture that lies at the sites; `null` for addresses that are somewhere else. */
  picture(src: string): Promise<string | null>;
  onComment(id: string): void;
}

export function extensions({ doc, placeholder, picture, onComment }: ExtensionDoors): Extensions {
  return [
    StarterKit.configure({
      // Undo is the shared text's own: it leaves alone what others wrote.
      undoRedo: false,
      underline: false,
      // A node that the editor adds by itself would be a change nobody made.
      trailingNode: false,
      heading: { levels: [1, 2, 3, 4, 5, 6] },
      link: { openOnClick: "whenNotEditable", autolink: true, defaultProtocol: "https", protocols: ["mailto"] },
    }),
    TaskList,
    TaskItem.configure({ nested: true }),
    TableKit.configure({ table: { resizable: false } }),
    pictures(picture),
    Placeholder.configure({ placeholder }),
    Collaboration.configure({ document: doc, field: "default" }),
    commentMarks(onComment),
  ];
}

/** Pictures are fetched with the session; those from elsewhere are named, not shown. */
function pictures(picture: ExtensionDoors["picture"]): Extensions[number] {
  return ImageNode.extend({
    addNodeView() {
      return ({ node }) => {
        const dom = document.createElement("figure");
        dom.className = "document-picture";
        const { src, alt } = node.attrs as { src: string | null; alt: string | null };
        const caption = document.createElement("figcaption");
        caption.textContent = alt ?? src ?? "";
        dom.append(caption);
        let url: string | null = null;
        let isGone = false;
        void picture(src ?? "")
          .catch(() => null)
          .then((found) => {
            if (found === null || isGone) {
              return;
            }
            url = found;
            const image = document.createElement("img");
            image.src = found;
            image.alt = alt ?? "";
            dom.replaceChildren(image);
          });
        return {
          dom,
          destroy: () => {
            isGone = true;
            if (url !== null) {
              URL.revokeObjectURL(url);
            }
          },
        };
      };
    },
  });
}
