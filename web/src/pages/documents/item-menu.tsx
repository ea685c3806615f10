/** What one can do with an item, as far as one may. */

import { type ReactElement, useState } from "react";
import type { Item } from "../../api/documents";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { MoveDialog, RenameDialog, TrashDialog } from "./item-dialogs";
import { mayEdit } from "./item-words";
import { SharingDialog } from "./panels/sharing-panel";

type Open = "rename" | "move" | "trash" | "share" | null;

export function ItemMenu({ item, onGone }: { item: Pick<Item, "id" | "kind" | "name" | "role">; onGone?: () => void }): ReactElement {
  const t = useT();
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  const items: MenuItem[] = [
    ...(mayEdit(item.role)
      ? [{ key: "rename", label: t("rename"), icon: "edit" as const, onSelect: () => setOpen("rename") }]
      : []),
    { key: "share", label: t("documents.sharing"), icon: "people", onSelect: () => setOpen("share") },
    ...(item.role === "manager"
      ? [
          { key: "move", label: t("documents.move"), icon: "folder" as const, onSelect: () => setOpen("move") },
          { key: "trash", label: t("documents.toTrash"), icon: "trash" as const, isDanger: true, onSelect: () => setOpen("trash") },
        ]
      : []),
  ];
  return (
    <>
      <Menu label={t("documents.more", { name: item.name })} items={items}>
        <Icon name="more" />
      </Menu>
      {open === "rename" ? <RenameDialog item={item} onClose={close} /> : null}
      {open === "move" ? <MoveDialog item={item} onClose={close} /> : null}
      {open === "trash" ? <TrashDialog item={item} onClose={close} {...(onGone ? { onDone: onGone } : {})} /> : null}
      {open === "share" ? <SharingDialog item={item} onClose={close} /> : null}
    </>
  );
}
