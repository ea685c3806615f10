/** Where the person is: the address bar, parsed. */

import { useSyncExternalStore } from "react";
import type { Id } from "./api/types";

export const ADMIN_SECTIONS = ["people", "departments", "groups", "roles", "invitations", "history", "protection", "continuity", "accounts"] as const;
export type AdminSection = (typeof ADMIN_SECTIONS)[number];

export const PROTECTION_PLACES = ["alarms", "rewinds", "canaries", "maintenance"] as const;
export type ProtectionPlace = (typeof PROTECTION_PLACES)[number];

export const DOCUMENTS_PLACES = ["folder", "document", "trash", "search"] as const;
export type DocumentsPlace = (typeof DOCUMENTS_PLACES)[number];

export type Route =
  | { page: "chat"; workspace: Id | null; conversation: Id | null; at: number | null; thread: Id | null; pane: "search" | null }
  | { page: "documents"; workspace: Id | null; place: DocumentsPlace; item: Id | null; words: string }
  | { page: "now" }
  | { page: "admin"; workspace: Id | null; section: AdminSection; place: ProtectionPlace; subpage: string | null; item: string | null; person: Id | null; since: number | null }
  | { page: "account" }
  | { page: "invitation"; code: string };

export function parseRoute(path: string, query: string): Route {
  const parts = path.split("/").filter((part) => part !== "").map(decodeURIComponent);
  const parameters = new URLSearchParams(query);
  switch (parts[0]) {
    case "now":
      return { page: "now" };
    case "account":
      return { page: "account" };
    case "invitation":
      return { page: "invitation", code: parts[1] ?? "" };
    case "documents":
      return {
        page: "documents",
        workspace: parts[1] ?? null,
        place: DOCUMENTS_PLACES.find((place) => place === parts[2]) ?? "folder",
        item: parts[3] ?? null,
        words: parameters.get("q") ?? "",
      };
    case "admin":
      return {
        page: "admin",
        workspace: parts[1] ?? null,
        section: ADMIN_SECTIONS.find((section) => section === parts[2]) ?? "people",
        place: PROTECTION_PLACES.find((place) => place === parts[3]) ?? "alarms",
        subpage: parts[3] ?? null,
        item: parts[4] ?? null,
        person: parameters.get("person"),
        since: positive(parameters.get("since")),
      };
    default: {
      const isChat = parts[0] === "chat";
      return {
        page: "chat",
        workspace: isChat ? (parts[1] ?? null) : null,
        conversation: isChat ? (parts[2] ?? null) : null,
        at: positive(parameters.get("at")),
        thread: parameters.get("thread"),
        pane: parameters.get("pane") === "search" ? "search" : null,
      };
    }
  }
}

function positive(text: string | null): number | null {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

export function chatPath(
  workspace: Id,
  conversation?: Id | null,
  extra: { at?: number | null; thread?: Id | null; pane?: "search" | null } = {},
): string {
  const query = new URLSearchParams();
  if (extra.at) {
    query.set("at", String(extra.at));
  }
  if (extra.thread) {
    query.set("thread", extra.thread);
  }
  if (extra.pane) {
    query.set("pane", extra.pane);
  }
  const text = query.toString();
  return `/chat/${workspace}${conversation ? `/${conversation}` : ""}${text === "" ? "" : `?${text}`}`;
}

export function documentsPath(workspace: Id, place: DocumentsPlace = "folder", item?: Id | null, words = ""): string {
  const query = words === "" ? "" : `?${new URLSearchParams({ q: words }).toString()}`;
  return `/documents/${workspace}${place === "folder" && !item ? "" : `/${place}`}${item ? `/${item}` : ""}${query}`;
}

/** `item` is a rewind, or `new` with whose changes it is to be about. */
export function protectionPath(workspace: Id, place: ProtectionPlace, item = "", about: Record<string, string> = {}): string {
  const query = new URLSearchParams(about).toString();
  return `/admin/${workspace}/protection/${place}${item === "" ? "" : `/${item}`}${query === "" ? "" : `?${query}`}`;
}

/** `place` is one of the continuity console's list of pages. */
export function continuityPath(workspace: Id, place: string, item: string | number = ""): string {
  return `/admin/${workspace}/continuity/${place}${item === "" ? "" : `/${item}`}`;
}

const listeners = new Set<() => void>();
let current = location.pathname + location.search;
let route = parseRoute(location.pathname, location.search);

function look(): void {
  const next = location.pathname + location.search;
  if (next !== current) {
    current = next;
    route = parseRoute(location.pathname, location.search);
    for (const listener of listeners) {
      listener();
    }
  }
}

addEventListener("popstate", look);

export function navigate(path: string, how: "push" | "replace" = "push"): void {
  if (path !== location.pathname + location.search) {
    history[how === "push" ? "pushState" : "replaceState"](null, "", path);
    look();
  }
}

export function useRoute(): Route {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => route,
  );
}
