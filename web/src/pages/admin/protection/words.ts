/** What the server's names are called in words. A name that is not known is shown as it is. */

import type { Key } from "../../../i18n";

export const DETECTOR_WORDS: Partial<Record<string, Key>> = {
  rate: "protection.detector.rate",
  slow: "protection.detector.slow",
  noise: "protection.detector.noise",
  sweep: "protection.detector.sweep",
  canary: "protection.detector.canary",
};

export const MODULE_WORDS: Partial<Record<string, Key>> = {
  directory: "protection.module.directory",
  messaging: "protection.module.messaging",
  documents: "protection.module.documents",
};

/** Kinds of objects. */
export const KIND_WORDS: Partial<Record<string, Key>> = {
  person: "protection.kind.person",
  department: "protection.kind.department",
  group: "protection.kind.group",
  role: "protection.kind.role",
  invitation: "protection.kind.invitation",
  conversation: "protection.kind.conversation",
  message: "protection.kind.message",
  folder: "protection.kind.folder",
  document: "protection.kind.document",
  file: "protection.kind.file",
  item: "protection.kind.item",
  comment: "protection.kind.comment",
};

/** What of an object; `member` has words of its own. */
export const ASPECT_WORDS: Partial<Record<string, Key>> = {
  name: "protection.aspect.name",
  parent: "protection.aspect.place",
  place: "protection.aspect.place",
  role: "protection.aspect.role",
  active: "protection.aspect.active",
  account: "protection.aspect.account",
  profile: "protection.aspect.profile",
  departments: "protection.aspect.departments",
  exists: "protection.aspect.exists",
  permissions: "protection.aspect.permissions",
  open: "protection.aspect.open",
  topic: "protection.aspect.topic",
  archived: "protection.aspect.archived",
  posters: "protection.aspect.posters",
  text: "protection.aspect.text",
  deleted: "protection.aspect.deleted",
  trashed: "protection.aspect.trashed",
  resolved: "protection.aspect.resolved",
};

/** Fields of values that are made of several. */
export const FIELD_WORDS: Partial<Record<string, Key>> = {
  name: "protection.aspect.name",
  handle: "protection.field.handle",
  email: "protection.field.email",
  title: "protection.field.title",
  locale: "protection.field.locale",
};

export const ITEM_ROLE_WORDS: Partial<Record<string, Key>> = {
  viewer: "protection.itemRole.viewer",
  commenter: "protection.itemRole.commenter",
  editor: "protection.itemRole.editor",
  manager: "protection.itemRole.manager",
};
