/** What an aspect of an object is, was and shall be, in plain words. */

import type { Aspect, PlannedChange } from "../../../api/protection";
import type { Subject } from "../../../api/documents";
import type { Id } from "../../../api/types";
import { type Translate, listText } from "../../../i18n";
import { ASPECT_WORDS, FIELD_WORDS, ITEM_ROLE_WORDS, KIND_WORDS } from "./words";

/** Names of what values refer to. */
export interface Names {
  person(id: Id): string;
  department(id: Id): string;
  group(id: Id): string;
  folder(id: Id): string;
  role(role: string): string;
  permission(permission: string): string;
}

const TEXT_CHARS_MAX = 160;

export function objectWords(change: Pick<PlannedChange, "aspect" | "label">, names: Names, t: Translate): string {
  const { kind, object } = change.aspect;
  const word = KIND_WORDS[kind];
  const name = change.label ?? (kind === "person" ? names.person(object) : null);
  const thing = word === undefined ? kind : t(word);
  return name === null ? t("protection.unnamed", { thing }) : `${thing} ${shortened(name)}`;
}

export function aspectWords(aspect: Aspect, names: Names, t: Translate): string {
  if (aspect.aspect === "member") {
    return t("protection.aspect.member", { name: names.person(aspect.of ?? "") });
  }
  const word = ASPECT_WORDS[aspect.aspect];
  return word === undefined ? aspect.aspect : t(word);
}

/** `among`: the other values it is shown beside; of what is made of fields, only those that differ are told. */
export function valueWords(aspect: Aspect, value: unknown, among: readonly unknown[], names: Names, t: Translate): string {
  const { kind, aspect: of } = aspect;
  if (of === "exists") {
    return t(value === null ? "protection.value.notThere" : "protection.value.there");
  }
  if (of === "member") {
    return t(value === null ? "protection.value.noMember" : "protection.value.member");
  }
  if (value === null || value === undefined) {
    return t("protection.value.none");
  }
  if (typeof value === "boolean") {
    return t(value ? "protection.value.yes" : "protection.value.no");
  }
  if (of === "role" && typeof value === "string") {
    return names.role(value);
  }
  if (kind === "document" && of === "text") {
    return textWords(value, t);
  }
  if (of === "posters") {
    return value === "members" || !Array.isArray(value) ? t("protection.value.members") : listed(value.map((id) => names.person(String(id))), t);
  }
  if (typeof value === "string") {
    return value === "" ? t("protection.value.empty") : `“${shortened(value)}”`;
  }
  if (of === "departments" && Array.isArray(value)) {
    return listed(value.map((id) => names.department(String(id))), t);
  }
  if (of === "permissions") {
    return permissionWords(value, names, t);
  }
  if ((of === "parent" || of === "place") && isRecord(value)) {
    return placeWords(kind, value["parent"], names, t);
  }
  // Of messages the server tells how long they were, and nothing of what was in them.
  if ((kind === "message" || kind === "comment") && isRecord(value) && typeof value["characters"] === "number") {
    return t("protection.value.characters", { count: value["characters"] });
  }
  return fieldWords(value, among, t);
}

function placeWords(kind: string, parent: unknown, names: Names, t: Translate): string {
  if (typeof parent !== "string") {
    return t("protection.value.top");
  }
  return t("protection.value.in", { name: kind === "department" ? names.department(parent) : names.folder(parent) });
}

/** A state of a text, or a wish about one. */
function textWords(value: unknown, t: Translate): string {
  if (isRecord(value)) {
    const { seq, as_of: asOf, without } = value;
    if (Array.isArray(without)) {
      return t("protection.value.without", { count: without.length });
    }
    if (asOf === 0 || seq === 0) {
      return t("protection.value.emptyText");
    }
    if (typeof asOf === "number" || typeof seq === "number") {
      return t("protection.value.state", { number: Number(asOf ?? seq) });
    }
  }
  return t("protection.value.unknown");
}

/** A role's permissions, or who may do what with an item. */
function permissionWords(value: unknown, names: Names, t: Translate): string {
  if (Array.isArray(value)) {
    return listed(value.map((permission) => names.permission(String(permission))), t);
  }
  if (!isRecord(value)) {
    return t("protection.value.unknown");
  }
  const grants = Array.isArray(value["grants"]) ? (value["grants"] as { to: Subject; role: string }[]) : [];
  const words = grants.map(({ to, role }) => {
    const word = ITEM_ROLE_WORDS[role];
    return `${subjectWords(to, names, t)}: ${word === undefined ? role : t(word)}`;
  });
  return listed([...(value["inherits"] === true ? [t("protection.value.inherits")] : []), ...words], t);
}

function subjectWords(to: Subject, names: Names, t: Translate): string {
  if (to === "everyone") {
    return t("protection.everyone");
  }
  return "person" in to ? names.person(to.person) : "group" in to ? names.group(to.group) : names.department(to.department);
}

function fieldWords(value: unknown, among: readonly unknown[], t: Translate): string {
  if (!isRecord(value)) {
    return typeof value === "number" ? String(value) : t("protection.value.unknown");
  }
  const differs = ([field, part]: [string, unknown]): boolean =>
    among.some((other) => !isRecord(other) || JSON.stringify(other[field]) !== JSON.stringify(part));
  const fields = Object.entries(value).filter(differs);
  const words = fields.map(([field, part]) => {
    const word = FIELD_WORDS[field];
    const text = typeof part === "string" || typeof part === "number" ? String(part) : part === null ? t("protection.value.none") : JSON.stringify(part);
    return `${word === undefined ? field : t(word)}: ${shortened(text)}`;
  });
  return listed(words, t);
}

function listed(words: readonly string[], t: Translate): string {
  return words.length === 0 ? t("protection.value.nobody") : listText(words);
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= TEXT_CHARS_MAX ? text : `${characters.slice(0, TEXT_CHARS_MAX).join("")}…`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
