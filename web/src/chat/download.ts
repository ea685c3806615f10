/** Getting a file: the address alone would carry no session. */

import { RequestError, type Transport } from "../sync/transport";

/** Fetches a file's bytes from whichever site answers. */
export async function fetchFile(transport: Transport, path: string, signal?: AbortSignal): Promise<Blob> {
  const response = await transport.raw(path, signal);
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as { code?: string };
    throw new RequestError({ status: response.status, code: body.code ?? `http_${response.status}` });
  }
  return response.blob();
}

/** Gives bytes to the person as a file of their own. */
export function offer(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
