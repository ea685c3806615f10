import { describe, expect, it } from "vitest";
import { Sites } from "./sites";
import { RequestError, Transport } from "./transport";

const A = "http://a.test";
const B = "http://b.test";

type Reply = { status: number; body: unknown } | "dead";

function setUp(replies: Record<string, () => Reply>): {
  transport: Transport;
  sites: Sites;
  calls: { site: string; body: unknown; authorization: string | null }[];
} {
  const sites = new Sites([{ name: "a", url: A }, { name: "b", url: B }], A, () => 1_000);
  const calls: { site: string; body: unknown; authorization: string | null }[] = [];
  const send = ((input: string, init: RequestInit) => {
    const site = new URL(input).origin;
    const headers = new Headers(init.headers);
    calls.push({
      site,
      body: typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : null,
      authorization: headers.get("authorization"),
    });
    const reply = replies[site]?.() ?? "dead";
    return reply === "dead"
      ? Promise.reject(new TypeError("refused"))
      : Promise.resolve(new Response(JSON.stringify(reply.body), { status: reply.status }));
  }) as unknown as typeof fetch;
  return { transport: new Transport(sites, () => "secret", undefined, send), sites, calls };
}

const ok = (): Reply => ({ status: 200, body: { command_id: "1", seq: 1, site: "b", durability: "protected", answer: {} } });
const COMMAND = { id: "1", module: "messaging", verb: "post-message", workspace_id: "w", command: { text: "x" } };

describe("commands", () => {
  it("go to the other site with the same id and body when the first is dead", async () => {
    const { transport, sites, calls } = setUp({ [A]: () => "dead", [B]: ok });
    expect((await transport.command(COMMAND)).site).toBe("b");
    expect(calls.map(({ site }) => site)).toEqual([A, B]);
    expect(calls[1]?.body).toEqual(calls[0]?.body);
    expect(calls[0]?.body).toEqual({ command_id: "1", workspace_id: "w", command: { text: "x" } });
    expect(sites.get().change).toEqual({ from: "a", to: "b", at: 1_000 });
  });

  it("are not repeated once refused", async () => {
    const { transport, calls } = setUp({ [A]: () => ({ status: 403, body: { code: "not_permitted" } }) });
    await expect(transport.command(COMMAND)).rejects.toThrow("not_permitted");
    expect(calls).toHaveLength(1);
  });

  it("wait out a site that cannot write for a moment", async () => {
    let turn = 0;
    const { transport, calls } = setUp({
      [A]: () => ((turn += 1) < 3 ? { status: 503, body: { code: "unavailable", retry_after_ms: 1 } } : ok()),
    });
    await transport.command(COMMAND);
    expect(calls).toHaveLength(3);
  });
});

describe("queries", () => {
  it("are answered by either site", async () => {
    const { transport, sites } = setUp({ [A]: () => "dead", [B]: () => ({ status: 200, body: { n: 1 } }) });
    expect(await transport.query("/api/x", { a: 1, b: null, c: "" })).toEqual({ n: 1 });
    expect(sites.get().active).toBe(B);
  });

  it("do not leave a site because it refuses", async () => {
    const { transport, sites, calls } = setUp({ [A]: () => ({ status: 404, body: { code: "message_not_found" } }) });
    await expect(transport.query("/api/x")).rejects.toBeInstanceOf(RequestError);
    expect(calls).toHaveLength(1);
    expect(sites.get().active).toBe(A);
  });

  it("announce nothing while no site answers: that is this device being offline", async () => {
    const { transport, sites } = setUp({});
    await expect(transport.query("/api/x")).rejects.toThrow("unreachable");
    expect(sites.get().silent.size).toBe(2);
  });

  it("carry the session", async () => {
    const { transport, calls } = setUp({ [A]: () => ({ status: 200, body: {} }) });
    await transport.query("/api/x");
    expect(calls[0]?.authorization).toBe("Bearer secret");
  });
});

describe("sites", () => {
  it("stay where the client is when the list is learnt anew", () => {
    const sites = new Sites([], "http://proxy.test");
    sites.learn([{ name: "a", url: `${A}/` }, { name: "b", url: B }]);
    expect(sites.get().active).toBe("http://proxy.test");
    expect(sites.others("http://proxy.test")).toEqual([A, B]);
  });

  it("may be reached by an address of their own", () => {
    const sites = new Sites([], "http://tunnel.test");
    sites.learn([{ name: "a", url: A }, { name: "b", url: B }], "a");
    expect(sites.get().sites).toEqual([{ name: "a", url: "http://tunnel.test" }, { name: "b", url: B }]);
    expect(sites.nameOf(sites.get().active)).toBe("a");
  });

  it("are not switched back by themselves", () => {
    const sites = new Sites([{ name: "a", url: A }, { name: "b", url: B }], A);
    sites.failed(A);
    sites.answered(A);
    expect(sites.get().active).toBe(B);
  });
});
