/** Asking for documents, and giving orders about them, from components. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useApp, useStore, useWorkspace } from "../../app-context";
import type { Page } from "../../api/types";
import { newId } from "../../ids";
import { codeOf } from "../../ui/failure";
import { type Answer, useAnswer } from "../chat/use-query";

type Parameters = Record<string, string | number | boolean | null | undefined>;

/** An answer that is asked for again when something changed. */
export function useDocuments<T>(query: string, parameters: Parameters, version = 0): Answer<T> {
  const workspace = useWorkspace();
  const changes = useStore(workspace.documents.changes);
  const { minSeq } = workspace.documents;
  return useAnswer<T>(
    `/api/documents/${query}`,
    { workspace_id: workspace.id, ...(minSeq === 0 ? {} : { min_seq: minSeq }), ...parameters },
    changes * 1_000 + version,
  );
}

export interface List<T, P extends Page<T> = Page<T>> {
  first: P | null;
  items: T[];
  failure: string | null;
  hasMore: boolean;
  more(): void;
  reload(): void;
}

/** A list in pages: as many as were asked for, all asked for again when something changed. */
export function useList<T, P extends Page<T> = Page<T>>(query: string, parameters: Parameters, version = 0): List<T, P> {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const changes = useStore(workspace.documents.changes);
  const [shown, setShown] = useState<{ key: string; first: P; items: T[]; next: string | null } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [pages, setPages] = useState(1);
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(parameters);

  useEffect(() => {
    let isWanted = true;
    const load = async (): Promise<void> => {
      let first: P | null = null;
      const items: T[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < pages && (page === 0 || cursor !== null); page += 1) {
        const { minSeq } = workspace.documents;
        const answer: P = await transport.query<P>(`/api/documents/${query}`, {
          ...(JSON.parse(key) as Parameters),
          workspace_id: workspace.id,
          limit: 100,
          cursor,
          min_seq: minSeq === 0 ? undefined : minSeq,
        });
        first ??= answer;
        items.push(...answer.items);
        cursor = answer.next;
      }
      if (isWanted && first !== null) {
        setShown({ key, first, items, next: cursor });
        setFailure(null);
      }
    };
    load().catch((error: unknown) => {
      if (isWanted) {
        setFailure(codeOf(error));
      }
    });
    return () => {
      isWanted = false;
    };
  }, [transport, workspace, query, key, pages, turn, changes, version]);

  const current = shown?.key === key ? shown : null;
  return {
    first: current?.first ?? null,
    items: current?.items ?? [],
    failure,
    hasMore: current?.next != null,
    more: useCallback(() => setPages((n) => n + 1), []),
    reload: useCallback(() => setTurn((n) => n + 1), []),
  };
}

export interface Orders {
  isBusy: boolean;
  failure: string | null;
  /** Gives an order and waits for its answer; `null` when it was refused, and `failure` says why. */
  give(verb: string, command: Record<string, unknown>): Promise<Record<string, unknown> | null>;
  clear(): void;
}

/** Orders that the person waits for. */
export function useOrders(): Orders {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  const give = useCallback(
    async (verb: string, command: Record<string, unknown>) => {
      setBusy(true);
      setFailure(null);
      try {
        const answer = await transport.command({ id: newId(), module: "documents", verb, workspace_id: workspace.id, command });
        workspace.doors.safety.answered(workspace.documents.partition, answer);
        workspace.documents.changed(answer.seq ?? 0);
        return answer.answer;
      } catch (error) {
        if (isHere.current) {
          setFailure(codeOf(error));
        }
        return null;
      } finally {
        if (isHere.current) {
          setBusy(false);
        }
      }
    },
    [transport, workspace],
  );
  return { isBusy, failure, give, clear: useCallback(() => setFailure(null), []) };
}
