/** Asking the continuity record of the installation. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useApp, useWorkspace } from "../../../app-context";
import type { Millis } from "../../../api/types";
import { codeOf } from "../../../ui/failure";
import { minSeq } from "../use-directory";

type Parameters = Record<string, string | number | null | undefined>;

/** How often an open page asks again by itself. */
const EVERY_MS = 60_000;

export interface Asked<T> {
  data: T | undefined;
  /** When the data was given, by this device's clock. */
  at: Millis;
  failure: string | null;
  isLoading: boolean;
  /** The data shown still answers the question before. */
  isOld: boolean;
  reload(): void;
}

/**
 * An answer, kept fresh. `question` tells one from another; the parameters are made anew each time it is
 * asked, because some of them are about now.
 */
export function useContinuity<T>(noun: string, question: readonly unknown[], parameters: () => Parameters): Asked<T> {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { data, dataUpdatedAt, error, isLoading, isPlaceholderData, refetch } = useQuery({
    queryKey: [workspace.id, "continuity", noun, ...question],
    queryFn: () => transport.query<T>(`/api/continuity/${noun}`, { ...parameters(), min_seq: minSeq("continuity", null) }),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
    // Whether a site answers is found out by asking it: a browser that takes itself for offline may be wrong,
    // and what is not asked would go on looking fresh.
    networkMode: "always",
  });
  return {
    data,
    at: dataUpdatedAt,
    failure: error ? codeOf(error) : null,
    isLoading,
    isOld: isPlaceholderData,
    reload: () => void refetch(),
  };
}
