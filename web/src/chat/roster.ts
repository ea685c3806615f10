/** People of a workspace, fetched when somebody needs their name: workspaces may have thousands. */

import type { Id, Page, Person } from "../api/types";
import type { LocalDatabase } from "../sync/database";
import { RequestError, type Transport } from "../sync/transport";
import { Store } from "./store";

const AT_ONCE = 4;
const GATHER_MS = 30;
const AGAIN_MS = 5_000;

export class Roster {
  readonly people = new Store<ReadonlyMap<Id, Person>>(new Map());
  private readonly wanted = new Set<Id>();
  private readonly asked = new Set<Id>();
  /** Known, but perhaps not as they are now: asked for when somebody next needs them. */
  private readonly outdated = new Set<Id>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly workspaceId: Id,
    private readonly database: LocalDatabase,
    private readonly transport: Transport,
  ) {}

  async load(): Promise<void> {
    const cached = await this.database.people.where({ workspace_id: this.workspaceId }).toArray();
    this.merge(cached, false);
    try {
      const page = await this.search("");
      this.merge(page, true);
    } catch {
      // Names come later, one by one, when a site answers.
    }
  }

  /** The person, if known; otherwise asks for them and answers `undefined` for now. */
  person(id: Id): Person | undefined {
    const known = this.people.get().get(id);
    if ((known === undefined || this.outdated.has(id)) && id !== "" && !this.asked.has(id)) {
      this.want(id);
    }
    return known;
  }

  /** Takes in names that came along with something else. */
  note(id: Id, name: string | undefined, handle?: string): void {
    if (name !== undefined && !this.people.get().has(id)) {
      this.merge([{ id, name, handle: handle ?? "" }], false);
    }
  }

  async search(text: string, limit = 50, status?: "all"): Promise<Person[]> {
    const page = await this.transport.query<Page<Person>>("/api/directory/person-list", {
      workspace_id: this.workspaceId,
      search: text,
      limit,
      status,
    });
    this.merge(page.items, true);
    return page.items;
  }

  /** Somebody changed: their cached row is fetched again. */
  stale(id: Id): void {
    if (this.people.get().has(id)) {
      this.want(id);
    }
  }

  /** Anybody may have changed: whoever is shown is fetched again, the others when they are needed. */
  allStale(): void {
    for (const id of this.people.get().keys()) {
      this.outdated.add(id);
      this.asked.delete(id);
    }
    this.people.update((known) => new Map(known));
  }

  private want(id: Id): void {
    this.asked.delete(id);
    this.wanted.add(id);
    this.timer ??= setTimeout(() => void this.fetchWanted(), GATHER_MS);
  }

  private async fetchWanted(): Promise<void> {
    this.timer = undefined;
    const ids = [...this.wanted];
    this.wanted.clear();
    for (const id of ids) {
      this.asked.add(id);
    }
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const found = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => this.fetchOne(id)));
      this.merge(found.filter((person) => person !== null), true);
    }
  }

  private async fetchOne(id: Id): Promise<Person | null> {
    try {
      return await this.transport.query<Person>("/api/directory/person", {
        workspace_id: this.workspaceId,
        person_id: id,
      });
    } catch (error) {
      if (isRefusal(error)) {
        // Asked again the next time the name is needed.
        setTimeout(() => this.asked.delete(id), AGAIN_MS);
      } else {
        // Whoever is known already is needed by nobody a second time.
        setTimeout(() => this.want(id), AGAIN_MS);
      }
      return null;
    }
  }

  private merge(people: readonly Person[], keep: boolean): void {
    if (people.length === 0) {
      return;
    }
    this.people.update((known) => new Map([...known, ...people.map((person): [Id, Person] => [person.id, person])]));
    if (keep) {
      for (const { id } of people) {
        this.outdated.delete(id);
      }
      void this.database.people.bulkPut(people.map((person) => ({ ...person, workspace_id: this.workspaceId })));
    }
  }
}

/** A site has answered, and another one would answer the same. */
function isRefusal(error: unknown): boolean {
  return error instanceof RequestError && error.problem.status >= 400 && error.problem.status < 500 && error.problem.status !== 429;
}
