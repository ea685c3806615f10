/** Files on their way to the sites: in chunks named by their content, so that nothing is sent twice. */

import type { Attachment, Id } from "../api/types";
import { newId } from "../ids";
import type { LocalDatabase, StoredFile } from "../sync/database";
import type { Outcome } from "../sync/outcome";
import type { OutboxItem } from "../sync/outbox-item";
import { RequestError, type Transport } from "../sync/transport";
import { Store } from "./store";

export const CHUNK_BYTES = 4 * 1024 * 1024;
/** The most files one message carries. */
export const MAX_FILES = 10;
export const MAX_FILE_BYTES = 100 * 1024 * 1024;
const CHUNK_TIMEOUT_MS = 60_000;

export interface FileProgress {
  id: Id;
  name: string;
  type: string;
  size: number;
  sent: number;
  state: "waiting" | "sending" | "there" | "failed";
}

export class Files {
  readonly progress = new Store<ReadonlyMap<Id, FileProgress>>(new Map());
  private readonly uploads = new Map<Id, Promise<StoredFile>>();
  private readonly aborts = new Map<Id, AbortController>();

  constructor(
    private readonly database: LocalDatabase,
    private readonly transport: Transport,
  ) {}

  /** Keeps a chosen file on this device and begins to send it. */
  async add(workspace: Id, file: File): Promise<StoredFile> {
    const stored: StoredFile = {
      id: newId(),
      workspace_id: workspace,
      name: file.name,
      type: file.type || "application/octet-stream",
      size: file.size,
      blob: file,
      chunks: [],
      copies: 2,
    };
    await this.database.files.add(stored);
    this.note(stored, "waiting");
    // Failures here are met again, and told, when the message goes.
    this.upload(stored.id).catch(() => undefined);
    return stored;
  }

  async describe(ids: readonly Id[]): Promise<FileProgress[]> {
    const found = await this.database.files.bulkGet([...ids]);
    for (const file of found) {
      if (file !== undefined && !this.progress.get().has(file.id)) {
        this.note(file, file.chunks.length >= chunkCount(file.size) ? "there" : "waiting");
      }
    }
    return ids.map((id) => this.progress.get().get(id)).filter((file) => file !== undefined);
  }

  async remove(id: Id): Promise<void> {
    this.aborts.get(id)?.abort();
    await this.database.files.delete(id);
    this.progress.update((known) => new Map([...known].filter(([key]) => key !== id)));
  }

  /** For the outbox: sees that a message's files are at the sites, then names them in the command. */
  prepare = async (
    item: OutboxItem,
  ): Promise<{ kind: "ready"; item: OutboxItem } | { kind: "outcome"; outcome: Outcome }> => {
    const attachments: Attachment[] = [];
    for (const id of item.files ?? []) {
      try {
        const file = await this.upload(id);
        attachments.push({
          attachment_id: file.id,
          name: file.name,
          type: file.type,
          size: file.size,
          chunks: file.chunks,
          copies: file.copies,
        });
      } catch (error) {
        const problem = error instanceof RequestError ? error.problem : { status: 0, code: "file_missing" };
        const passes = error instanceof RequestError && (problem.status === 0 || problem.status >= 500 || problem.status === 429);
        if (problem.status === 401) {
          return { kind: "outcome", outcome: { kind: "signed-out", problem } };
        }
        return {
          kind: "outcome",
          outcome: passes ? { kind: "retry", problem, written: "no" } : { kind: "refused", problem },
        };
      }
    }
    // From here on the command's body is fixed: it is stored with the item before it is sent.
    const named = item.module === "documents" ? { file: attachments[0] } : { attachments };
    const ready = { ...item, command: { ...item.command, ...named } };
    delete ready.files;
    return { kind: "ready", item: ready };
  };

  private upload(id: Id): Promise<StoredFile> {
    let running = this.uploads.get(id);
    if (running === undefined) {
      running = this.run(id).finally(() => this.uploads.delete(id));
      this.uploads.set(id, running);
    }
    return running;
  }

  private async run(id: Id): Promise<StoredFile> {
    const file = await this.database.files.get(id);
    if (file === undefined) {
      throw new Error("file_missing");
    }
    const abort = new AbortController();
    this.aborts.set(id, abort);
    const { blake3 } = await import("@noble/hashes/blake3.js");
    try {
      for (let at = file.chunks.length; at < chunkCount(file.size); at += 1) {
        this.note(file, "sending");
        const bytes = new Uint8Array(await file.blob.slice(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES).arrayBuffer());
        const hash = hex(blake3(bytes));
        const put = await this.transport.anywhere<{ copies: number }>(
          `/api/attachments/${file.workspace_id}/chunks/${hash}`,
          { method: "PUT", body: bytes, headers: { "Content-Type": "application/octet-stream" }, signal: abort.signal },
          CHUNK_TIMEOUT_MS,
        );
        file.chunks = [...file.chunks, hash];
        file.copies = Math.min(file.copies, put?.copies ?? 1);
        await this.database.files.update(id, { chunks: file.chunks, copies: file.copies });
        this.note(file, "sending");
      }
      this.note(file, "there");
      return file;
    } catch (error) {
      if (!abort.signal.aborted) {
        this.note(file, "failed");
      }
      throw error;
    } finally {
      this.aborts.delete(id);
    }
  }

  private note(file: StoredFile, state: FileProgress["state"]): void {
    const sent = Math.min(file.chunks.length * CHUNK_BYTES, file.size);
    const { id, name, type, size } = file;
    this.progress.update((known) => new Map(known).set(id, { id, name, type, size, sent, state }));
  }
}

export function chunkCount(size: number): number {
  return Math.max(1, Math.ceil(size / CHUNK_BYTES));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
