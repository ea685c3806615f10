/** Shows a part of a page in a workspace whose sites answer as a test says. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { App as AntApp } from "antd";
import type { ReactElement } from "react";
import { type App, AppContext, WorkspaceContext } from "./app-context";
import { Store } from "./chat/store";
import type { Workspace } from "./chat/workspace";
import type { NewCommand } from "./sync/outbox";
import type { OutboxItem } from "./sync/outbox-item";
import { type CommandRequest, RequestError } from "./sync/transport";

export type Parameters = Record<string, unknown>;

export interface Sites {
  query?(path: string, parameters: Parameters): unknown;
  command?(command: CommandRequest): Promise<unknown>;
}

export function refusal(code: string, status = 404): RequestError {
  return new RequestError({ code, status });
}

export function testWorkspace(more: object = {}): Workspace {
  return {
    id: "w",
    me: "me",
    roster: { people: new Store(new Map()), person: (id: string) => ({ id, name: `person ${id}` }), stale: () => undefined },
    documents: { changes: new Store(0), minSeq: 0 },
    protection: new Store({ changes: 0, seq: 0, high: null }),
    openAlarms: new Store(""),
    response: new Store({ changes: 0, seq: 0 }),
    openCalls: new Store(0),
    reach: new Store({ command: true, succession: true }),
    may: () => true,
    doors: { outbox: new TestOutbox() },
    ...more,
  } as unknown as Workspace;
}

/** Keeps what was given to it, and sends nothing. */
export class TestOutbox extends Store<readonly OutboxItem[]> {
  constructor() {
    super([]);
  }

  add(command: NewCommand): Promise<OutboxItem> {
    const id = command.id ?? `o${this.get().length}`;
    const item: OutboxItem = { ...command, id, order: this.get().length, created_at: 0, state: "queued", attempts: 0, possibly_written: false, at: 0 };
    this.update((items) => [...items, item]);
    return Promise.resolve(item);
  }

  /** What became of everything that was given. */
  settle(change: Partial<OutboxItem>): void {
    this.update((items) => items.map((item) => ({ ...item, ...change })));
  }
}

/** Every query that was asked, without the workspace and without what was left open. */
export interface Shown {
  asked: { path: string; parameters: Parameters }[];
  queries: QueryClient;
  rerender(part: ReactElement): void;
}

export function showPage(part: ReactElement, sites: Sites, workspace: Workspace = testWorkspace()): Shown {
  const asked: Shown["asked"] = [];
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const app = {
    transport: {
      query: async (path: string, parameters: Parameters) => {
        const given = Object.fromEntries(Object.entries(parameters).filter(([name, value]) => name !== "workspace_id" && value !== null && value !== undefined));
        asked.push({ path, parameters: given });
        return sites.query?.(path, given);
      },
      command: (command: CommandRequest) => sites.command?.(command),
    },
    sessions: new Store({ account: { user: "captain", operator: true }, workspaces: [] }),
    sites: new Store({ sites: [{ name: "a", url: "https://a.example" }, { name: "b", url: "https://b.example" }] }),
  } as unknown as App;
  const around = (inside: ReactElement): ReactElement => (
    <AppContext value={app}>
      <WorkspaceContext value={workspace}>
        <QueryClientProvider client={queries}>
          <AntApp>{inside}</AntApp>
        </QueryClientProvider>
      </WorkspaceContext>
    </AppContext>
  );
  const { rerender } = render(around(part));
  return { asked, queries, rerender: (next) => rerender(around(next)) };
}
