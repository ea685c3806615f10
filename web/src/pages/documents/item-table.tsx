/** Items under each other: what they are, their name, who changed them when, what one may do. */

import type { ReactElement, ReactNode } from "react";
import type { Item } from "../../api/documents";
import { dateTimeText, sizeText, useT, whenText } from "../../i18n";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { usePersonName } from "../chat/names";
import { KIND_ICONS, KIND_WORDS, ROLE_WORDS, useItemPath } from "./item-words";

interface TableProps {
  items: readonly Item[];
  label: string;
  actions(item: Item): ReactNode;
}

export function ItemTable({ items, label, actions }: TableProps): ReactElement {
  const t = useT();
  const pathOf = useItemPath();
  const nameOf = usePersonName();
  return (
    <table className="item-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t("documents.name")}</th>
          <th scope="col">{t("documents.changed")}</th>
          <th scope="col">{t("documents.myRole")}</th>
          <th scope="col">
            <span className="only-heard">{t("documents.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id} data-item={item.id}>
            <td className="item-name">
              <Link to={pathOf(item)} className="item-link">
                <Icon name={KIND_ICONS[item.kind]} size={20} label={t(KIND_WORDS[item.kind])} />
                <span>{item.name}</span>
              </Link>
              {item.file ? <small className="quiet"> {sizeText(item.file.size)}</small> : null}
            </td>
            <td className="item-changed">
              {nameOf(item.changed_by)}
              <time dateTime={new Date(item.changed_at).toISOString()} title={dateTimeText(item.changed_at)}>
                {whenText(item.changed_at)}
              </time>
            </td>
            <td className="item-role">{t(ROLE_WORDS[item.role])}</td>
            <td className="item-actions">{actions(item)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
