/** What happened, written by the system; what waits on this device stands above it. */

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useRef, useState } from "react";
import type { Line } from "../../../api/response";
import type { Id, Page } from "../../../api/types";
import { useApp, useStore, useWorkspace } from "../../../app-context";
import { momentText, useT, whenText } from "../../../i18n";
import type { OutboxItem } from "../../../sync/outbox-item";
import { Failure, codeOf } from "../../../ui/failure";
import { Loading } from "../../../ui/loading";
import { usePersonName } from "../../chat/names";
import { lineText, lineWords } from "./line-words";
import { waitingLines } from "./pending";

const PAGES_MAX = 100;
const SHOWN = 40;

export function Timeline({ id, waiting }: { id: Id; waiting: readonly OutboxItem[] }): ReactElement {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const [shown, setShown] = useState(SHOWN);
  const { changes } = useStore(workspace.response);
  const { data, error, isLoading, refetch } = useQuery({
    queryKey: [workspace.id, "response", "incident-timeline", id],
    queryFn: async () => {
      const lines: Line[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const { seq } = workspace.response.get();
        const read: Page<Line> = await transport.query<Page<Line>>("/api/response/incident-timeline", {
          workspace_id: workspace.id,
          incident_id: id,
          limit: 200,
          cursor,
          ...(seq > 0 ? { min_seq: seq } : {}),
        });
        lines.push(...read.items);
        cursor = read.next ?? null;
        if (cursor === null) {
          break;
        }
      }
      return lines.reverse();
    },
    refetchInterval: (query) => (query.state.error ? 4_000 : false),
  });
  const known = useRef(changes);
  useEffect(() => {
    if (known.current !== changes) {
      known.current = changes;
      void refetch();
    }
  }, [changes, refetch]);
  const unsent = waitingLines(waiting, workspace.me);
  const isNew = waiting.some(({ verb }) => verb === "open-incident");
  const lines = data ?? [];
  return (
    <section className="card" aria-labelledby="timeline-title">
      <h3 id="timeline-title">{t("timeline.title")}</h3>
      <p className="quiet small">{t("timeline.text")}</p>
      {isLoading ? <Loading /> : null}
      {error && data === undefined && !isNew ? <Failure code={codeOf(error)} onRetry={() => void refetch()} /> : null}
      <ol className="timeline" role="list">
        {unsent.map((line) => (
          <TimelineLine key={line.source} line={line} words={lineWords(line, t, nameOf)} isUnsent />
        ))}
        {lines.slice(0, shown).map((line, at) => (
          <TimelineLine key={lines.length - at} line={line} words={lineWords(line, t, nameOf)} />
        ))}
      </ol>
      {lines.length > shown ? (
        <button type="button" className="button" onClick={() => setShown(shown + SHOWN)}>
          {t("timeline.earlier")}
        </button>
      ) : null}
    </section>
  );
}

function TimelineLine({ line, words, isUnsent = false }: { line: Line; words: string; isUnsent?: boolean }): ReactElement {
  const t = useT();
  const text = lineText(line);
  return (
    <li className={isUnsent ? "is-unsent" : undefined} data-kind={line.kind}>
      <time className="quiet small" dateTime={new Date(line.at).toISOString()} title={momentText(line.at)}>
        {whenText(line.at)}
      </time>
      <div>
        <strong>{words}</strong>
        {line.is_public ? <span className="badge">{t("timeline.public")}</span> : null}
        {isUnsent ? <span className="badge badge-urgent">{t("incident.notSent")}</span> : null}
        {text === "" ? null : <p>{text}</p>}
      </div>
    </li>
  );
}
