/** Asking the response module. What was known stays in sight while no site answers. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Page } from "../../api/types";
import { useApp, useStore, useWorkspace } from "../../app-context";
import { codeOf } from "../../ui/failure";
import type { Asked } from "../admin/continuity/use-continuity";

type Parameters = Record<string, string | number | boolean | null | undefined>;

/** How often an open page asks again by itself, and how soon after a failure. */
const EVERY_MS = 30_000;
const AGAIN_MS = 4_000;

export function useResponse<T>(noun: string, parameters: Parameters = {}, isWanted = true): Asked<T> {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { changes } = useStore(workspace.response);
  const { data, dataUpdatedAt, error, isLoading, refetch } = useQuery({
    queryKey: [workspace.id, "response", noun, parameters],
    queryFn: () => {
      const { seq } = workspace.response.get();
      return transport.query<T>(`/api/response/${noun}`, { workspace_id: workspace.id, ...parameters, ...(seq > 0 ? { min_seq: seq } : {}) });
    },
    enabled: isWanted,
    refetchInterval: (query) => (query.state.error ? AGAIN_MS : EVERY_MS),
  });
  const known = useRef(changes);
  useEffect(() => {
    if (isWanted && known.current !== changes) {
      known.current = changes;
      void refetch();
    }
  }, [changes, refetch, isWanted]);
  return { data, at: dataUpdatedAt, failure: error ? codeOf(error) : null, isLoading, isOld: false, reload: () => void refetch() };
}

export function useResponsePage<T>(noun: string, parameters: Parameters): Asked<Page<T>> {
  return useResponse<Page<T>>(noun, parameters);
}
