/** Queries and commands of the administration pages. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useApp, useWorkspace } from "../../app-context";
import type { Page } from "../../api/types";
import { errorText, useT } from "../../i18n";
import { newId } from "../../ids";
import { codeOf } from "../../ui/failure";

/**
 * How far each module's chain must have been read before its lists are shown: people see their own
 * changes, also at the site that does not lead.
 */
const seen = new Map<string, number>();

export function minSeq(module: string, workspace: string | null): number | undefined {
  return seen.get(`${workspace ?? ""}/${module}`);
}

/** What is asked of a module from now on must know this entry. */
export function noteSeq(module: string, workspace: string | null, seq: number): void {
  const key = `${workspace ?? ""}/${module}`;
  seen.set(key, Math.max(seen.get(key) ?? 0, seq));
}

type Parameters = Record<string, string | number | boolean | null | undefined>;

/** A page of a directory list. */
export function useDirectory<T>(noun: string, parameters: Parameters = {}): { rows: T[]; next: string | null; isLoading: boolean; failure: string | null } {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { data, isLoading, error } = useQuery({
    queryKey: [workspace.id, "directory", noun, parameters],
    queryFn: () => transport.query<Page<T>>(`/api/directory/${noun}`, {
        workspace_id: workspace.id,
        ...parameters,
        min_seq: minSeq("directory", workspace.id),
      }),
    placeholderData: (before) => before,
  });
  return { rows: data?.items ?? [], next: data?.next ?? null, isLoading, failure: error ? codeOf(error) : null };
}

/** The most pages of a list that are read for the names in it. */
const PAGES_MAX = 50;

/** Every row of a list that comes in pages. */
export function useWholeDirectory<T>(noun: string): readonly T[] {
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { data } = useQuery({
    queryKey: [workspace.id, "directory", noun, "whole"],
    queryFn: async () => {
      const rows: T[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const read: Page<T> = await transport.query<Page<T>>(`/api/directory/${noun}`, {
          workspace_id: workspace.id,
          limit: 200,
          cursor,
          min_seq: minSeq("directory", workspace.id),
        });
        rows.push(...read.items);
        cursor = read.next ?? null;
        if (cursor === null) {
          break;
        }
      }
      return rows;
    },
  });
  return data ?? [];
}

type OrderModule = "continuity" | "directory" | "documents" | "installation" | "protection";

/** What such a module is told and keeps belongs to no workspace. */
export function isInstallationWide(module: OrderModule): boolean {
  return module === "installation" || module === "continuity";
}

export interface Order {
  verb: string;
  command: Record<string, unknown>;
  module?: OrderModule;
  /** What is said when it is done. */
  done?: string;
}

/** Sends a command, says what became of it, and has the lists fetched again. */
export function useOrder(): { send(order: Order): Promise<Record<string, unknown> | null>; isBusy: boolean } {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const mutation = useMutation({
    mutationFn: (order: Order) =>
      transport.command({
        id: newId(),
        module: order.module ?? "directory",
        verb: order.verb,
        ...(isInstallationWide(order.module ?? "directory") ? {} : { workspace_id: workspace.id }),
        command: order.command,
      }),
  });
  return {
    isBusy: mutation.isPending,
    send: async (order) => {
      try {
        const answer = await mutation.mutateAsync(order);
        const module = order.module ?? "directory";
        noteSeq(module, isInstallationWide(module) ? null : workspace.id, answer.seq ?? 0);
        await queries.invalidateQueries();
        void message.success(order.done ?? t("admin.done"));
        return answer.answer ?? {};
      } catch (error) {
        void message.error(errorText(codeOf(error)));
        return null;
      }
    },
  };
}
