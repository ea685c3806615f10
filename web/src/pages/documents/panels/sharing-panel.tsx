/** Who may do what with an item: its own grants, and those that hold from around it. */

import { type ReactElement, useState } from "react";
import { type Grant, ITEM_ROLES, type Item, type ItemRole, type Permissions } from "../../../api/documents";
import { useT } from "../../../i18n";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { Loading } from "../../../ui/loading";
import { ROLE_WORDS } from "../item-words";
import { useDocuments, useOrders } from "../use-documents";
import { useFolders } from "../use-tree";
import { sameSubject, withGrant, withoutGrant } from "./grants";
import { SubjectPicker, useSubjectName } from "./subject-picker";

type Shared = Pick<Item, "id" | "kind" | "name">;

export function SharingDialog({ item, onClose }: { item: Shared; onClose(): void }): ReactElement {
  const t = useT();
  return (
    <Dialog title={t("sharing.title", { name: item.name })} kind="wide" onClose={onClose}>
      <Sharing item={item} />
    </Dialog>
  );
}

export function Sharing({ item }: { item: Shared }): ReactElement {
  const t = useT();
  const answer = useDocuments<Permissions>("permission-list", { item_id: item.id });
  const { give, isBusy, failure } = useOrders();
  const nameOf = useSubjectName();
  const { folders } = useFolders();
  const [isAdding, setAdding] = useState(false);
  const { data } = answer;

  if (data === null) {
    return answer.failure === null ? <Loading /> : <Failure code={answer.failure} onRetry={answer.reload} />;
  }
  const mayChange = data.rights.can_manage;
  const set = async (change: Partial<Pick<Permissions, "inherits" | "grants">>): Promise<void> => {
    const { inherits, grants } = { ...data, ...change };
    if ((await give("set-permissions", { item_id: item.id, inherits, grants })) !== null) {
      setAdding(false);
      answer.reload();
    }
  };
  const folderName = (id: string): string => folders?.find((folder) => folder.folder_id === id)?.name ?? t("sharing.folder");

  return (
    <div className="sharing">
      <p className="quiet small">{t("sharing.mine", { role: t(ROLE_WORDS[data.rights.role]) })}</p>
      {failure === null ? null : <Failure code={failure} />}
      <section>
        <h3>{t("sharing.own")}</h3>
        {data.grants.length === 0 ? <p className="quiet">{t("sharing.noOwn")}</p> : null}
        <ul className="grants" role="list">
          {data.grants.map((grant) => (
            <GrantLine
              key={JSON.stringify(grant.to)}
              name={nameOf(grant.to)}
              grant={grant}
              isFixed={!mayChange || isBusy}
              onRole={(role) => void set({ grants: withGrant(data.grants, { to: grant.to, role }) })}
              {...(mayChange ? { onRemove: () => void set({ grants: withoutGrant(data.grants, grant.to) }) } : {})}
            />
          ))}
        </ul>
        {mayChange && !isAdding ? (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            <Icon name="plus" size={16} /> {t("sharing.add")}
          </button>
        ) : null}
        {isAdding ? (
          <SubjectPicker
            isBusy={isBusy}
            isTaken={(to) => data.grants.some((grant) => sameSubject(grant.to, to))}
            onCancel={() => setAdding(false)}
            onAdd={(grant) => void set({ grants: withGrant(data.grants, grant) })}
          />
        ) : null}
      </section>
      <section>
        <h3>{t("sharing.around")}</h3>
        <label className="check">
          <input
            type="checkbox"
            role="switch"
            checked={data.inherits}
            disabled={!mayChange || isBusy}
            onChange={(event) => void set({ inherits: event.target.checked })}
          />
          {t("sharing.inherits")}
        </label>
        {data.inherits ? null : <p className="quiet small">{t("sharing.closed")}</p>}
        {data.inherited.map(({ folder_id, grants }) => (
          <div key={folder_id} className="inherited">
            <h4>{t("sharing.from", { name: folderName(folder_id) })}</h4>
            {grants.length === 0 ? <p className="quiet small">{t("sharing.noneThere")}</p> : null}
            <ul className="grants" role="list">
              {grants.map((grant) => (
                <GrantLine key={JSON.stringify(grant.to)} name={nameOf(grant.to)} grant={grant} isFixed />
              ))}
            </ul>
          </div>
        ))}
        {data.is_up_to_top ? <p className="quiet small">{t("sharing.top")}</p> : null}
      </section>
    </div>
  );
}

interface LineProps {
  name: string;
  grant: Grant;
  isFixed: boolean;
  onRole?(role: ItemRole): void;
  onRemove?(): void;
}

function GrantLine({ name, grant, isFixed, onRole, onRemove }: LineProps): ReactElement {
  const t = useT();
  return (
    <li>
      <Icon name={grant.to !== "everyone" && "person" in grant.to ? "person" : "people"} size={17} />
      <span className="grow">{name}</span>
      {onRole === undefined || isFixed ? (
        <span className="quiet">{t(ROLE_WORDS[grant.role])}</span>
      ) : (
        <RoleSelect role={grant.role} label={t("sharing.roleOf", { name })} onChange={onRole} />
      )}
      {onRemove ? (
        <button type="button" className="button-icon" disabled={isFixed} onClick={onRemove} aria-label={t("sharing.remove", { name })}>
          <Icon name="close" size={16} />
        </button>
      ) : null}
    </li>
  );
}

export function RoleSelect({ role, label, onChange }: { role: ItemRole; label: string; onChange(role: ItemRole): void }): ReactElement {
  const t = useT();
  return (
    <select className="role-select" value={role} aria-label={label} onChange={(event) => onChange(event.target.value as ItemRole)}>
      {ITEM_ROLES.map((each) => (
        <option key={each} value={each}>
          {t(ROLE_WORDS[each])}
        </option>
      ))}
    </select>
  );
}
