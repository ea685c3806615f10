/** Shows somebody who is called that they are, wherever in the app they are, until they answer. */

import { type ReactElement, useEffect, useState } from "react";
import type { CallSummary } from "../../api/response";
import type { Page } from "../../api/types";
import { useApp, useStore, useWorkspace } from "../../app-context";
import { timeText, useT } from "../../i18n";
import { RequestError } from "../../sync/transport";
import { continuityPath } from "../../route";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { usePersonName } from "../chat/names";
import { AnswerButtons } from "./answer-buttons";
import { answersUnderWay, unanswered } from "./own-answers";
import { useNow } from "./use-now";
import "../../styles/calling.css";

const GATHER_MS = 200;
const RETRY_MS = 3_000;

export default function CallWatch(): ReactElement | null {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const calls = useOwnCalls();
  useReach();
  const under = answersUnderWay(useStore(workspace.doors.outbox), workspace.id);
  const now = useNow(5_000);
  const waiting = unanswered(calls, under, now);
  const { reach, openCalls } = workspace;
  const mayLook = useStore(reach);
  const count = waiting.length;
  useEffect(() => openCalls.set(count), [openCalls, count]);

  const first = waiting[0];
  if (first === undefined) {
    return null;
  }
  const { purpose, own, placed_by } = first;
  const kind = Object.keys(purpose)[0] as "incident" | "drill" | "notice" | "succession";
  const time = timeText(first.placed_at);
  return (
    <section className="urgent-banner call-banner" role="alert" aria-label={t("calling.label")} data-call={first.call_id}>
      <Icon name="bell" size={24} />
      <div className="urgent-text">
        <strong>{t(`calling.for.${kind}`)}</strong>
        <p className="call-text">{first.text}</p>
        <p className="small">
          {placed_by === null ? t("calling.bySite", { time }) : t("calling.by", { name: nameOf(placed_by), time })}
          {own !== null && own.times_told > 1 ? ` · ${t("calling.again", { count: own.times_told - 1 })}` : ""}
          {count > 1 ? ` · ${t("calling.more", { count: count - 1 })}` : ""}
        </p>
      </div>
      <AnswerButtons call={first.call_id} said={null} />
      {"incident" in purpose && mayLook.command ? (
        <Link className="button big" to={continuityPath(workspace.id, "incidents", purpose.incident.incident_id)}>
          {t("calling.toIncident")}
        </Link>
      ) : null}
    </section>
  );
}

/** The calls under way that call oneself, asked for whenever something happened. */
function useOwnCalls(): readonly CallSummary[] {
  const workspace = useWorkspace();
  const { transport } = useApp();
  const [calls, setCalls] = useState<readonly CallSummary[]>([]);
  useEffect(() => {
    let isWanted = true;
    let isAsking = false;
    let isMissing = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number): void => {
      isMissing = isAsking;
      if (isWanted && !isAsking) {
        timer ??= setTimeout(() => void ask(), ms);
      }
    };
    const ask = async (): Promise<void> => {
      timer = undefined;
      isAsking = true;
      const { seq } = workspace.response.get();
      const parameters = { workspace_id: workspace.id, is_own: true, is_open: true, limit: 50, min_seq: seq || undefined };
      const page = await transport.query<Page<CallSummary>>("/api/response/call-list", parameters).catch((error: unknown) => isRefusal(error));
      isAsking = false;
      if (!isWanted) {
        return;
      }
      if (typeof page === "boolean") {
        // What is known stays in sight; a site that refuses would refuse again.
        if (!page) {
          later(RETRY_MS);
        }
        return;
      }
      setCalls(page.items);
      if (isMissing) {
        later(GATHER_MS);
      }
    };
    later(GATHER_MS);
    const ends = workspace.response.subscribe(() => later(GATHER_MS));
    return () => {
      isWanted = false;
      clearTimeout(timer);
      ends();
    };
  }, [transport, workspace]);
  return calls;
}

function isRefusal(error: unknown): boolean {
  return error instanceof RequestError && error.problem.status >= 400 && error.problem.status < 500 && error.problem.status !== 429;
}

/** Members of the command team and people named for break-glass access have pages without a permission. */
function useReach(): void {
  const workspace = useWorkspace();
  const { transport } = useApp();
  useEffect(() => {
    let isWanted = true;
    const may = async (noun: string, isKnown: boolean): Promise<boolean> =>
      isKnown || transport.query(`/api/response/${noun}`, { workspace_id: workspace.id }).then(() => true, () => false);
    const isReader = workspace.may("response.read") || workspace.may("response.manage");
    void Promise.all([
      may("command-team", isReader),
      may("succession-settings", workspace.may("response.manage") || workspace.may("workspace.manage")),
    ]).then(([command, succession]) => {
      if (isWanted) {
        workspace.reach.set({ command, succession });
      }
    });
    return () => {
      isWanted = false;
    };
  }, [transport, workspace]);
}
