/** One rewind: to decide on it, to watch it, and to see what it came to. */

import { type ReactElement, useEffect, useEffectEvent, useState } from "react";
import type { Page } from "../../../api/types";
import type { Rewind, RewindPlan, RewindProgress } from "../../../api/protection";
import { useWorkspace } from "../../../app-context";
import { momentText, numberText, useT } from "../../../i18n";
import { newId } from "../../../ids";
import { navigate, protectionPath } from "../../../route";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { Link } from "../../../ui/link";
import { Loading } from "../../../ui/loading";
import { usePersonName } from "../../chat/names";
import { StatusWord } from "../status-word";
import { type Chosen, choicesBody, countsOf, isTooMany } from "./choices";
import { NoteDialog } from "./note-dialog";
import { Outcome } from "./outcome";
import { PlanView } from "./plan-view";
import { STATES } from "./rewinds";
import { useSelectionWords } from "./selection-words";
import { useGive, useProtection } from "./use-protection";

const PROGRESS_MS = 1_000;

export function RewindPage({ id }: { id: string }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const words = useSelectionWords();
  const { data, failure, isLoading, reload } = useProtection<Page<Rewind>>("rewind-list", { rewind_id: id });
  const rewind = data?.items[0];
  if (rewind === undefined) {
    return isLoading ? <Loading /> : <Failure code={failure ?? "rewind_not_found"} onRetry={reload} />;
  }
  return (
    <section aria-labelledby="rewind-title" data-rewind-state={rewind.state}>
      <p>
        <Link to={protectionPath(workspace.id, "rewinds")}>{t("protection.backToRewinds")}</Link>
      </p>
      <header className="protection-head">
        <h2 id="rewind-title">{words(rewind.selection)}</h2>
        <StatusWord {...STATES[rewind.state]} word={t(STATES[rewind.state].word)} />
      </header>
      <p className="note">{rewind.note}</p>
      <ul className="quiet rewind-steps">
        <li>{t("protection.proposedBy", { name: nameOf(rewind.proposed_by), time: momentText(rewind.proposed_at) })}</li>
        {rewind.approved_by === null ? null : (
          <li>{t("protection.approvedBy", { name: nameOf(rewind.approved_by), time: momentText(rewind.approved_at ?? 0) })}</li>
        )}
        {rewind.withdrawn_by === null ? null : (
          <li>{t("protection.withdrawnBy", { name: nameOf(rewind.withdrawn_by), time: momentText(rewind.withdrawn_at ?? 0) })}</li>
        )}
        {rewind.completed_at === null ? null : <li>{t("protection.completedAt", { time: momentText(rewind.completed_at) })}</li>}
        {"rewind" in rewind.selection ? (
          <li>
            <Link to={protectionPath(workspace.id, "rewinds", rewind.selection.rewind.rewind_id)}>{t("protection.theRewind")}</Link>
          </li>
        ) : null}
      </ul>
      {rewind.state === "proposed" ? <Deciding rewind={rewind} /> : null}
      {rewind.state === "approved" ? <UnderWay id={id} onOver={reload} /> : null}
      {rewind.outcome === null ? null : <Outcome outcome={rewind.outcome} />}
      {rewind.state === "completed" ? <TakeBack id={id} /> : null}
    </section>
  );
}

function Deciding({ rewind }: { rewind: Rewind }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [chosen, setChosen] = useState<Chosen>(new Map());
  const [confirming, setConfirming] = useState<RewindPlan | null>(null);
  const { give, isBusy, failure } = useGive();
  const isMine = rewind.proposed_by === workspace.me;
  const isAboutMe = "person" in rewind.selection && rewind.selection.person.person_id === workspace.me;
  const mayApprove = !isMine && !isAboutMe;
  return (
    <>
      <p className="note">{t(isMine ? "protection.secondNeeded" : isAboutMe ? "protection.rewindAboutYou" : "protection.youDecide")}</p>
      <PlanView
        of={{ rewind_id: rewind.rewind_id }}
        chosen={mayApprove ? chosen : null}
        onChoose={setChosen}
        actions={(plan) => (
          <>
            {mayApprove ? (
              <button type="button" className="button primary" disabled={plan.changes === 0 || isTooMany(chosen)} onClick={() => setConfirming(plan)}>
                {t("protection.approve")}
              </button>
            ) : null}
            <button
              type="button"
              className="button"
              disabled={isBusy}
              onClick={() => void give({ verb: "withdraw-rewind", command: { rewind_id: rewind.rewind_id } })}
            >
              {t("protection.withdraw")}
            </button>
          </>
        )}
      />
      {failure === null ? null : <Failure code={failure} />}
      {confirming === null ? null : <Approval id={rewind.rewind_id} plan={confirming} chosen={chosen} onClose={() => setConfirming(null)} />}
    </>
  );
}

function Approval({ id, plan, chosen, onClose }: { id: string; plan: RewindPlan; chosen: Chosen; onClose(): void }): ReactElement {
  const t = useT();
  const { give, isBusy, failure } = useGive();
  const { back, kept } = countsOf(plan, chosen);
  const approve = async (): Promise<void> => {
    if (await give({ verb: "approve-rewind", command: { rewind_id: id, choices: choicesBody(chosen) } })) {
      onClose();
    }
  };
  return (
    <Dialog
      title={t("protection.approve")}
      kind="danger"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button danger" disabled={isBusy} onClick={() => void approve()}>
            {t("protection.approveNow", { count: back })}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </>
      }
    >
      <p>{t("protection.approveText", { count: back, objects: numberText(plan.objects), kept: numberText(kept) })}</p>
      <p className="quiet">{t("protection.approveHint")}</p>
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}

/** Asks how far it is, and says when it is over: what it came to is in the rewind itself. */
function UnderWay({ id, onOver }: { id: string; onOver(): void }): ReactElement {
  const t = useT();
  const { data } = useProtection<RewindProgress>("rewind-progress", { rewind_id: id }, () => PROGRESS_MS);
  const over = useEffectEvent(onOver);
  const isOver = data !== undefined && data.state !== "approved";
  useEffect(() => {
    if (isOver) {
      over();
    }
  }, [isOver]);
  const done = data?.done ?? null;
  const toDo = data?.to_do ?? null;
  return (
    <div className="card plan-preparing" role="status">
      <p>{t("protection.underWay")}</p>
      {done === null || toDo === null || toDo === 0 ? null : (
        <>
          <progress max={toDo} value={done} aria-label={t("protection.underWay")} />
          <p className="quiet small" aria-hidden>
            {t("protection.doneOf", { done: numberText(done), total: numberText(toDo) })}
          </p>
        </>
      )}
    </div>
  );
}

/** Proposes a rewind of the rewind. */
function TakeBack({ id }: { id: string }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [next, setNext] = useState<string | null>(null);
  return (
    <>
      <button type="button" className="button take-back" onClick={() => setNext(newId())}>
        {t("protection.takeBack")}
      </button>
      {next === null ? null : (
        <NoteDialog
          title={t("protection.takeBack")}
          text={t("protection.takeBackText")}
          submit={t("protection.propose")}
          order={(note) => ({ verb: "propose-rewind", command: { rewind_id: next, selection: { rewind: { rewind_id: id } }, note } })}
          onDone={() => navigate(protectionPath(workspace.id, "rewinds", next))}
          onClose={() => setNext(null)}
        />
      )}
    </>
  );
}
