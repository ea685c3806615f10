/** How a document came to be: named versions, who sat at it when, and going back. */

import { type ReactElement, useState } from "react";
import { useApp, useStore, useWorkspace } from "../../../app-context";
import type { DocumentDetails, NamedVersion, Sitting } from "../../../api/documents";
import type { LiveDocument } from "../../../documents/live-document";
import { dateTimeText, timeText, useT } from "../../../i18n";
import { newId } from "../../../ids";
import { Failure, codeOf } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { Loading } from "../../../ui/loading";
import { usePersonName } from "../../chat/names";
import { NameDialog } from "../item-dialogs";
import { useList, useOrders } from "../use-documents";
import { CompareDialog } from "./compare-dialog";
import { type Moment, chosenWith, inOrder } from "./moments";
import { RestoreDialog } from "./restore-dialog";

type Open = { what: "name" } | { what: "compare"; from: Moment; to: Moment | null } | { what: "restore"; moment: Moment } | null;

export function HistoryPanel({ live, details }: { live: LiveDocument; details: DocumentDetails }): ReactElement {
  const t = useT();
  const beside = useStore(live.beside);
  const position = useStore(live.position);
  const sittings = useList<Sitting>("history", { document_id: live.id }, beside);
  const versions = useList<NamedVersion>("version-list", { document_id: live.id }, beside);
  const { give, isBusy, failure } = useOrders();
  const [chosen, setChosen] = useState<readonly Moment[]>([]);
  const [open, setOpen] = useState<Open>(null);
  const mayEdit = details.rights.can_edit && !details.is_trashed;
  const close = (): void => setOpen(null);
  const toggle = (moment: Moment): void => setChosen((now) => chosenWith(now, moment));
  const [first, second] = inOrder(chosen);

  const name = async (text: string): Promise<void> => {
    await live.arrived();
    if ((await give("name-version", { version_id: newId(), document_id: live.id, name: text })) !== null) {
      close();
    }
  };

  return (
    <div className="history">
      {mayEdit ? (
        <button type="button" className="button" onClick={() => setOpen({ what: "name" })}>
          <Icon name="plus" size={16} /> {t("versions.nameThis")}
        </button>
      ) : null}
      <div className="history-chosen" role="group" aria-label={t("versions.chosen")}>
        <p className="quiet small" role="status">
          {first === undefined ? t("versions.chooseHint") : [first, second].flatMap((moment) => moment?.label ?? []).join(" → ")}
        </p>
        {first === undefined ? null : (
          <div className="button-row">
            <button type="button" className="button small primary" onClick={() => setOpen({ what: "compare", from: first, to: second ?? null })}>
              {t(second === undefined ? "versions.compareNow" : "versions.compareTwo")}
            </button>
            {mayEdit && second === undefined && first.seq > 0 ? (
              <button type="button" className="button small" onClick={() => setOpen({ what: "restore", moment: first })}>
                {t("versions.restore")}
              </button>
            ) : null}
            <button type="button" className="button small" onClick={() => setChosen([])}>
              {t("versions.unchoose")}
            </button>
          </div>
        )}
      </div>
      <TimeForm live={live} onChoose={toggle} />
      <Versions list={versions} chosen={chosen} onToggle={toggle} />
      <h3>{t("versions.sittings")}</h3>
      {sittings.failure === null ? null : <Failure code={sittings.failure} onRetry={sittings.reload} />}
      {sittings.first === null ? sittings.failure === null ? <Loading /> : null : null}
      {sittings.first !== null && sittings.items.length === 0 ? <p className="quiet">{t("versions.noSittings")}</p> : null}
      <ul className="moments" role="list">
        {sittings.items.map((sitting) => (
          <SittingLine
            key={`${sitting.author}-${sitting.first_seq}`}
            sitting={sitting}
            isPresent={sitting.last_seq === position}
            chosen={chosen}
            onToggle={toggle}
            onChanges={(from, to) => setOpen({ what: "compare", from, to })}
          />
        ))}
      </ul>
      {sittings.hasMore ? (
        <button type="button" className="button" onClick={sittings.more}>
          {t("showMore")}
        </button>
      ) : null}
      {open?.what === "name" ? (
        <NameDialog
          title={t("versions.nameThis")}
          label={t("documents.name")}
          name=""
          submit={t("save")}
          isBusy={isBusy}
          failure={failure}
          onClose={close}
          onSubmit={(text) => void name(text)}
        />
      ) : null}
      {open?.what === "compare" ? (
        <CompareDialog
          document={live.id}
          from={open.from}
          to={open.to}
          onClose={close}
          {...(mayEdit && open.from.seq > 0 ? { onRestore: () => setOpen({ what: "restore", moment: open.from }) } : {})}
        />
      ) : null}
      {open?.what === "restore" ? (
        <RestoreDialog
          live={live}
          moment={open.moment}
          onClose={close}
          onDone={() => {
            setChosen([]);
            close();
          }}
        />
      ) : null}
    </div>
  );
}

interface LineProps {
  moment: Moment;
  chosen: readonly Moment[];
  onToggle(moment: Moment): void;
}

function Choice({ moment, chosen, onToggle }: LineProps): ReactElement {
  return (
    <input
      type="checkbox"
      checked={chosen.some(({ key }) => key === moment.key)}
      aria-label={moment.label}
      onChange={() => onToggle(moment)}
    />
  );
}

function Versions({ list, chosen, onToggle }: { list: ReturnType<typeof useList<NamedVersion>>; chosen: readonly Moment[]; onToggle(moment: Moment): void }): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  return (
    <section>
      <h3>{t("versions.named")}</h3>
      {list.failure === null ? null : <Failure code={list.failure} onRetry={list.reload} />}
      {list.first !== null && list.items.length === 0 ? <p className="quiet">{t("versions.noneNamed")}</p> : null}
      <ul className="moments" role="list">
        {list.items.map((version) => (
          <li key={version.version_id} data-version={version.name}>
            <Choice moment={{ key: version.version_id, seq: version.seq, label: version.name }} chosen={chosen} onToggle={onToggle} />
            <span className="grow">
              <strong>{version.name}</strong>
              <small className="quiet">
                {nameOf(version.named_by)} · {dateTimeText(version.named_at)}
              </small>
            </span>
          </li>
        ))}
      </ul>
      {list.hasMore ? (
        <button type="button" className="button" onClick={list.more}>
          {t("showMore")}
        </button>
      ) : null}
    </section>
  );
}

interface SittingProps {
  sitting: Sitting;
  isPresent: boolean;
  chosen: readonly Moment[];
  onToggle(moment: Moment): void;
  onChanges(from: Moment, to: Moment): void;
}

function SittingLine({ sitting, isPresent, chosen, onToggle, onChanges }: SittingProps): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  const { first_seq, last_seq, started_at, ended_at, origin } = sitting;
  const time = timeText(started_at) === timeText(ended_at) ? dateTimeText(ended_at) : `${dateTimeText(started_at)} – ${timeText(ended_at)}`;
  const label = `${nameOf(sitting.author)}, ${dateTimeText(ended_at)}`;
  const moment: Moment = { key: `seq-${last_seq}`, seq: last_seq, label };
  const before: Moment = { key: `seq-${first_seq - 1}`, seq: first_seq - 1, label: t("versions.before", { moment: label }) };
  return (
    <li>
      <Choice moment={moment} chosen={chosen} onToggle={onToggle} />
      <span className="grow">
        <strong>{nameOf(sitting.author)}</strong>
        <small className="quiet">
          {time} · {origin === undefined ? t("versions.changes", { count: sitting.updates }) : t(origin === "import" ? "versions.imported" : "versions.wasRestored")}
          {isPresent ? ` · ${t("versions.present")}` : ""}
        </small>
      </span>
      <button type="button" className="text-button" onClick={() => onChanges(before, moment)}>
        {t("versions.whatChanged")}
        <span className="only-heard"> {label}</span>
      </button>
    </li>
  );
}

/** Any other moment, by its time. */
function TimeForm({ live, onChoose }: { live: LiveDocument; onChoose(moment: Moment): void }): ReactElement {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const [time, setTime] = useState("");
  const [failure, setFailure] = useState<string | null>(null);

  const choose = async (): Promise<void> => {
    const at = new Date(time).getTime();
    if (Number.isNaN(at)) {
      return;
    }
    setFailure(null);
    try {
      const { seq } = await transport.query<{ seq: number }>("/api/documents/document-at", {
        workspace_id: workspace.id,
        document_id: live.id,
        at,
      });
      onChoose({ key: `at-${at}`, seq, label: dateTimeText(at) });
    } catch (error) {
      setFailure(codeOf(error));
    }
  };

  return (
    <form
      className="time-form"
      onSubmit={(event) => {
        event.preventDefault();
        void choose();
      }}
    >
      <label className="field">
        <span>{t("versions.atTime")}</span>
        <input type="datetime-local" value={time} onChange={(event) => setTime(event.target.value)} />
      </label>
      <button type="submit" className="button" disabled={time === ""}>
        {t("versions.choose")}
      </button>
      {failure === null ? null : <Failure code={failure} />}
    </form>
  );
}
