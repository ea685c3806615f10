/** Giving orders to the response module. */

import { useRef, useState } from "react";
import { useApp, useWorkspace } from "../../app-context";
import { newId } from "../../ids";
import { codeOf } from "../../ui/failure";

export type Send = (verb: string, command: Record<string, unknown>) => void;

/**
 * By the outbox: kept on this device until a site has answered, sent with the same id at either site, and in
 * the order in which they were given within one `lane`.
 */
export function useSend(lane: string): Send {
  const workspace = useWorkspace();
  return (verb, command) => {
    void workspace.doors.outbox.add({ lane, module: "response", verb, workspace_id: workspace.id, command });
  };
}

export interface Ordering {
  isBusy: boolean;
  /** Why the last order was refused. */
  failure: string | null;
  /** The answer; none: it was refused. */
  order(verb: string, command: Record<string, unknown>): Promise<Record<string, unknown> | null>;
}

/**
 * An order whose answer is waited for. The same order given again after nobody answered has the same id, so
 * that it takes effect once.
 */
export function useOrdering(): Ordering {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const last = useRef<{ text: string; id: string } | null>(null);
  const isGiving = useRef(false);
  return {
    isBusy,
    failure,
    order: async (verb, command) => {
      // A second click may come before the button is drawn as disabled.
      if (isGiving.current) {
        return null;
      }
      isGiving.current = true;
      setBusy(true);
      setFailure(null);
      const text = JSON.stringify([verb, command]);
      const id = last.current?.text === text ? last.current.id : newId();
      last.current = { text, id };
      try {
        const { seq, answer } = await transport.command({ id, module: "response", verb, workspace_id: workspace.id, command });
        last.current = null;
        workspace.response.update((news) => ({ changes: news.changes + 1, seq: Math.max(news.seq, seq ?? 0) }));
        return answer ?? {};
      } catch (error) {
        const code = codeOf(error);
        setFailure(code);
        if (code !== "unreachable" && code !== "timed_out" && code !== "outcome_unknown") {
          last.current = null;
        }
        return null;
      } finally {
        isGiving.current = false;
        setBusy(false);
      }
    },
  };
}
