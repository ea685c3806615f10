/** Queries as of a moment, and the same of now. */

import { useQuery } from "@tanstack/react-query";
import { useApp, useWorkspace } from "../../app-context";
import type { Millis, Page } from "../../api/types";
import { RequestError, type Transport } from "../../sync/transport";
import { codeOf } from "../../ui/failure";

type Parameters = Record<string, string | number | boolean | null | undefined>;

/** The most pages of a list that are read: beyond, the page says that there is more. */
const PAGES_MAX = 10;
/** How often a moment that is being prepared is asked for again: with the waits, some minutes. */
const ASKED_MAX = 600;

export interface Progress {
  applied: number;
  total: number;
}

export interface Then<T> {
  data: T | undefined;
  isLoading: boolean;
  failure: string | null;
  /** Set while the site is making the rows of that moment. */
  progress: Progress | null;
}

function isPreparing(error: unknown): error is RequestError {
  return error instanceof RequestError && error.problem.code === "moment_in_preparation";
}

/** Asks, and asks again while the moment is being prepared; nothing before it can be asked (`isReady`). */
export function useAsked<T>(key: readonly unknown[], ask: (transport: Transport) => Promise<T>, isReady = true): Then<T> {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { data, isFetching, error, failureReason } = useQuery({
    queryKey: [workspace.id, "history", ...key],
    queryFn: () => ask(transport),
    enabled: isReady,
    retry: (count, failure) => (isPreparing(failure) ? count < ASKED_MAX : count < 1),
    retryDelay: (_, failure) => (isPreparing(failure) ? (failure.problem.retry_after_ms ?? 500) : 1_000),
  });
  return {
    data,
    isLoading: isFetching && data === undefined,
    failure: error === null ? null : codeOf(error),
    progress: isFetching && isPreparing(failureReason) ? (failureReason.problem.progress ?? { applied: 0, total: 0 }) : null,
  };
}

/** One answer as of a moment; without one, as of now. */
export function useThen<T>(path: string, moment: Millis | null, parameters: Parameters = {}): Then<T> {
  const workspace = useWorkspace();
  return useAsked([path, moment, parameters], (transport) =>
    transport.query<T>(path, { workspace_id: workspace.id, ...parameters, moment }),
  );
}

export interface Rows<Row> {
  items: Row[];
  hasMore: boolean;
}

/** All pages of a list as of a moment; without one, as of now. */
export function useRows<Row>(path: string, moment: Millis | null, parameters: Parameters = {}): Then<Rows<Row>> {
  const workspace = useWorkspace();
  return useAsked([path, "all", moment, parameters], async (transport) => {
    const items: Row[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const read: Page<Row> = await transport.query<Page<Row>>(path, { workspace_id: workspace.id, ...parameters, moment, cursor });
      items.push(...read.items);
      cursor = read.next ?? null;
      if (cursor === null) {
        break;
      }
    }
    return { items, hasMore: cursor !== null };
  });
}
