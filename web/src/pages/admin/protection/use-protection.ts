/** Asking the protection module, and giving orders that are explained where they are refused. */

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useRef, useState } from "react";
import type { Page } from "../../../api/types";
import { useApp, useStore, useWorkspace } from "../../../app-context";
import { useT } from "../../../i18n";
import { newId } from "../../../ids";
import { codeOf } from "../../../ui/failure";
import { type Order, isInstallationWide, minSeq, noteSeq } from "../use-directory";

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
  /** From the beginning of an order, or of several, to the end. */
  isBusy: boolean;
  /** Why the last order was refused. */
  failure: string | null;
  /** Whether it was done. */
  give(order: Order): Promise<boolean>;
  /**
   * Gives one order after another until one is refused; whether all were done. `onGiven` hears of each that
   * was done. While orders are being given, no others are taken.
   */
  giveInTurn(orders: readonly Order[], onGiven?: () => void): Promise<boolean>;
}

/** Orders whose refusal is shown beside them: in front of a dialog nothing else can be seen. */
export function useGive(): Giving {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  // A second click may come before the button is drawn as disabled.
  const isGiving = useRef(false);

  const giveOne = async ({ module = "protection", verb, command }: Order): Promise<void> => {
    const of = isInstallationWide(module) ? null : workspace.id;
    const { seq } = await transport.command({ id: newId(), module, verb, ...(of === null ? {} : { workspace_id: of }), command });
    noteSeq(module, of, seq ?? 0);
  };
  const giveInTurn = async (orders: readonly Order[], onGiven?: () => void): Promise<boolean> => {
    if (isGiving.current) {
      return false;
    }
    isGiving.current = true;
    setBusy(true);
    setFailure(null);
    try {
      for (const order of orders) {
        await giveOne(order);
        onGiven?.();
      }
      void message.success(orders.at(-1)?.done ?? t("admin.done"));
      return true;
    } catch (error) {
      setFailure(codeOf(error));
      return false;
    } finally {
      // Also what was done before one was refused is to be seen. Nobody waits for it: the order is done.
      const changed = orders.some(({ module }) => module === "continuity") ? ["continuity"] : ["protection", "directory"];
      for (const module of changed) {
        void queries.invalidateQueries({ queryKey: [workspace.id, module] });
      }
      isGiving.current = false;
      setBusy(false);
    }
  };
  return { isBusy, failure, give: (order) => giveInTurn([order]), giveInTurn };
}
