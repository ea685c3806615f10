import { describe, expect, it } from "vitest";
import { fromBase64Url, toBase64Url } from "./account/passkeys";
import { newId } from "./ids";
import { parseRoute } from "./route";

describe("ids", () => {
  it("are UUIDs of version 7 and grow, also when the clock stands still or goes back", () => {
    const now = Date.now();
    const ids = Array.from({ length: 6_000 }, (_, n) => newId(n < 5_000 ? now : now - 10_000));
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("bytes as base64url", () => {
  it("come back as they went", () => {
    const bytes = Uint8Array.from({ length: 257 }, (_, n) => n % 256);
    expect(fromBase64Url(toBase64Url(bytes.buffer))).toEqual(bytes);
    expect(toBase64Url(bytes.buffer)).not.toMatch(/[+/=]/);
  });
});

describe("routes", () => {
  it("are read from the address", () => {
    expect(parseRoute("/chat/w/c", "?at=12&thread=t")).toEqual({
      page: "chat", workspace: "w", conversation: "c", at: 12, thread: "t", pane: null,
    });
    expect(parseRoute("/admin/w/roles", "")).toMatchObject({ page: "admin", workspace: "w", section: "roles" });
    expect(parseRoute("/admin/w/protection/rewinds/new", "?person=p&since=17")).toEqual({
      page: "admin", workspace: "w", section: "protection", place: "rewinds", subpage: "rewinds", item: "new", person: "p", since: 17,
    });
    expect(parseRoute("/admin/w/protection/nonsense", "?since=x")).toMatchObject({ place: "alarms", item: null, since: null });
    expect(parseRoute("/admin/w/nonsense", "")).toMatchObject({ section: "people" });
    expect(parseRoute("/chat/w/c", "?at=-3&pane=x")).toMatchObject({ at: null, pane: null });
    expect(parseRoute("/", "")).toMatchObject({ page: "chat", workspace: null });
  });
});
