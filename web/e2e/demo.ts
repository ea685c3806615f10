/** The running demo: its sites, a browser, and the API as an operator uses it. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { newId } from "../src/ids";

export interface Demo {
  sites: { name: string; url: string }[];
  workspace: string;
  user: string;
  password: string;
}

const line = process.env["SEKOCI_E2E"];

/** Whether there is a demo to test; without one the tests are skipped, and say so. */
export const hasDemo = Boolean(line);

export const demo: Demo = line ? (JSON.parse(line) as Demo) : { sites: [], workspace: "", user: "", password: "" };

export function siteOf(name: string): { name: string; url: string } {
  const site = demo.sites.find((other) => other.name === name);
  if (site === undefined) {
    throw new Error(`the demo has no site ${name}`);
  }
  return site;
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["SEKOCI_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

/** A window on a site, with its failures collected. */
export async function open(
  browser: Browser,
  site: string,
  options: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page; failures: string[] }> {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(error.message));
  page.on("console", (message) => {
    // A dead site's refused connections are what these tests are about.
    if (message.type() === "error" && !/net::ERR_|Failed to load resource|WebSocket connection/.test(message.text())) {
      failures.push(message.text());
    }
  });
  await page.goto(siteOf(site).url);
  return { context, page, failures };
}

export async function signIn(page: Page, { user, password }: { user: string; password: string } = demo): Promise<void> {
  await page.fill("[name=user]", user);
  await page.fill("[name=password]", password);
  await page.click("button[type=submit]");
  await page.waitForSelector(".conversation-row");
}

export async function openConversation(page: Page, name: string): Promise<void> {
  await page.locator(".conversation-row", { hasText: name }).first().click();
  await page.locator(".conversation-head", { hasText: name }).waitFor();
}

export async function say(page: Page, text: string): Promise<void> {
  await page.fill(".composer textarea", text);
  await page.press(".composer textarea", "Enter");
}

export function message(page: Page, text: string): ReturnType<Page["locator"]> {
  return page.locator(".message", { hasText: text });
}

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong with the page as it is now. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    interface Finding {
      id: string;
      nodes: { target: unknown[] }[];
    }
    const runner = (window as unknown as { axe: { run(root: Document, options: unknown): Promise<{ violations: Finding[] }> } }).axe;
    const { violations } = await runner.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    });
    return violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  });
}

/** The API, signed in as the demo's user or somebody else. */
export class Api {
  private constructor(private readonly token: string) {}

  static async signIn(site: string, { user, password }: { user: string; password: string } = demo): Promise<Api> {
    const { token } = await ask<{ token: string }>(`${siteOf(site).url}/api/installation/sign-in`, {
      method: "POST",
      body: JSON.stringify({ user, password }),
      headers: { "content-type": "application/json" },
    });
    return new Api(token);
  }

  get<T>(site: string, path: string): Promise<T> {
    return ask<T>(siteOf(site).url + path, { headers: { authorization: `Bearer ${this.token}` } });
  }

  order<T>(site: string, path: string, command: unknown, workspace?: string): Promise<T> {
    return ask<T>(siteOf(site).url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      body: JSON.stringify({ command_id: newId(), ...(workspace ? { workspace_id: workspace } : {}), command }),
    });
  }

  async workspace(): Promise<string> {
    const session = await this.get<{ workspaces: { id: string; name: string }[] }>(demo.sites[0]?.name ?? "a", "/api/installation/session");
    const found = session.workspaces.find((workspace) => workspace.name === demo.workspace) ?? session.workspaces[0];
    if (found === undefined) {
      throw new Error("the demo's user is in no workspace");
    }
    return found.id;
  }

  /** A new account that is a member of the workspace. */
  async member(name: string): Promise<{ user: string; password: string; person: string }> {
    const workspace = await this.workspace();
    const invited = await this.order<{ answer: { code?: string; invitation_code?: string } }>(
      "b",
      "/api/directory/invite",
      { invitation_id: newId(), role: "member", expires_in_hours: 1 },
      workspace,
    );
    const account = { user: name.toLowerCase(), password: `${newId()}!` };
    const accept = (): Promise<unknown> =>
      this.order("b", "/api/installation/accept-invitation", {
        invitation_code: invited.answer.code ?? invited.answer.invitation_code,
        name,
        ...account,
      });
    await accept();
    let person = "";
    await until(
      async () => {
        const { items } = await this.get<{ items: { id: string; name: string }[] }>(
          "b",
          `/api/directory/person-list?workspace_id=${workspace}&search=${encodeURIComponent(name)}`,
        );
        person = items.find((each) => each.name === name)?.id ?? "";
        return person !== "";
      },
      15_000,
      "the new member is known",
    );
    return { ...account, person };
  }

  /** A fresh group to talk in. */
  async group(name: string): Promise<string> {
    const workspace = await this.workspace();
    const id = newId();
    const people = await this.get<{ items: { id: string }[] }>("b", `/api/directory/person-list?workspace_id=${workspace}&limit=4`);
    const session = await this.get<{ workspaces: { id: string; person: { id: string } }[] }>("b", "/api/installation/session");
    const me = session.workspaces.find((other) => other.id === workspace)?.person.id;
    await this.order(
      "b",
      "/api/messaging/create-conversation",
      { conversation_id: id, kind: "group", name, members: people.items.map((person) => person.id).filter((person) => person !== me) },
      workspace,
    );
    return id;
  }

  /** Every message of a conversation as a site has it. */
  async texts(site: string, conversation: string): Promise<string[]> {
    const workspace = await this.workspaceOf(site);
    const page = await this.get<{ items: { text: string }[] }>(
      site,
      `/api/messaging/message-list?workspace_id=${workspace}&conversation_id=${conversation}&limit=200`,
    );
    return page.items.map((item) => item.text);
  }

  private async workspaceOf(site: string): Promise<string> {
    const session = await this.get<{ workspaces: { id: string; name: string }[] }>(site, "/api/installation/session");
    return (session.workspaces.find((workspace) => workspace.name === demo.workspace) ?? session.workspaces[0])?.id ?? "";
  }
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${url}: ${response.status} ${text}`);
  }
  return JSON.parse(text) as T;
}

/** Waits until something is so. */
export async function until(is: () => Promise<boolean>, ms: number, what: string): Promise<void> {
  const end = Date.now() + ms;
  while (!(await is().catch(() => false))) {
    if (Date.now() > end) {
      throw new Error(`not in time: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
