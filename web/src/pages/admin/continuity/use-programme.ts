/** Asking the programme of the workspace at hand. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useApp, useWorkspace } from "../../../app-context";
import { codeOf } from "../../../ui/failure";
import { minSeq } from "../use-directory";
import type { Asked } from "./use-continuity";

type Parameters = Record<string, string | number | boolean | null | undefined>;

/** What a site works out itself, and which takes no position in the chain. */
const FROM_THE_SITE: ReadonlySet<string> = new Set(["readiness", "rollout-plan", "objective-standing"]);

/** What was measured changes without any entry, so an open page asks again by itself. */
const EVERY_MS = 60_000;

export function useProgramme<T>(noun: string, parameters: Parameters = {}): Asked<T> {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { data, dataUpdatedAt, error, isLoading, isPlaceholderData, refetch } = useQuery({
    queryKey: [workspace.id, "programme", noun, parameters],
    queryFn: () =>
      transport.query<T>(`/api/programme/${noun}`, {
        workspace_id: workspace.id,
        ...parameters,
        ...(FROM_THE_SITE.has(noun) ? {} : { min_seq: minSeq("programme", workspace.id) }),
      }),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
    networkMode: "always",
  });
  return { data, at: dataUpdatedAt, failure: error ? codeOf(error) : null, isLoading, isOld: isPlaceholderData, reload: () => void refetch() };
}
