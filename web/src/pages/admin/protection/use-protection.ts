/** Asking the protection module, and giving orders that are explained where they are refused. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import type { Page } from "../../../api/types";
import { useApp, useStore, useWorkspace } from "../../../app-context";
import { useT } from "../../../i18n";
import { newId } from "../../../ids";
import { codeOf } from "../../../ui/failure";
import { type Order, minSeq, noteSeq } from "../use-directory";

type Parameters = Record<string, string | number | boolean | null | undefined>;

/** What a site works out itself, and which takes no position in the chain. */
const FROM_THE_SITE: ReadonlySet<string> = new Set(["rewind-plan", "rewind-progress"]);

export interface Asked<T> {
  data: T | undefined;
  failure: string | null;
  isLoading: boolean;
  reload(): void;
}

/** An answer that is asked for again whenever something happened; `pollMs` while it is to change by itself. */
export function useProtection<T>(noun: string, parameters: Parameters, pollMs?: (data: T | undefined) => number | false): Asked<T> {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { changes, seq } = useStore(workspace.protection);
  const { data, error, isLoading, refetch } = useQuery({
    queryKey: [workspace.id, "protection", noun, parameters, changes],
    queryFn: () => {
      const known = Math.max(minSeq("protection", workspace.id) ?? 0, seq);
      const isFromView = !FROM_THE_SITE.has(noun);
      return transport.query<T>(`/api/protection/${noun}`, {
        workspace_id: workspace.id,
        ...parameters,
        ...(isFromView && known > 0 ? { min_seq: known } : {}),
      });
    },
    placeholderData: keepPreviousData,
    refetchInterval: (query) => pollMs?.(query.state.data) ?? false,
  });
  return { data, failure: error ? codeOf(error) : null, isLoading, reload: () => void refetch() };
}

export function useProtectionPage<T>(noun: string, parameters: Parameters): Asked<Page<T>> {
  return useProtection<Page<T>>(noun, parameters);
}

export interface Giving {
  isBusy: boolean;
  /** Why the last order was refused. */
  failure: string | null;
  /** Whether it was done. */
  give(order: Order): Promise<boolean>;
}

/** Orders whose refusal is shown beside them: in front of a dialog nothing else can be seen. */
export function useGive(): Giving {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [failure, setFailure] = useState<string | null>(null);
  const mutation = useMutation({
    mutationFn: (order: Order) =>
      transport.command({
        id: newId(),
        module: order.module ?? "protection",
        verb: order.verb,
        workspace_id: workspace.id,
        command: order.command,
      }),
  });
  return {
    isBusy: mutation.isPending,
    failure,
    give: async (order) => {
      setFailure(null);
      try {
        const { seq } = await mutation.mutateAsync(order);
        noteSeq(order.module ?? "protection", workspace.id, seq ?? 0);
        await queries.invalidateQueries();
        void message.success(order.done ?? t("admin.done"));
        return true;
      } catch (error) {
        setFailure(codeOf(error));
        return false;
      }
    },
  };
}
