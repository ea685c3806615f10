/** Languages: each is loaded when chosen; all have exactly the same keys. */

import i18next from "i18next";
import { useCallback, useSyncExternalStore } from "react";
import type callingEn from "./calling/en";
import type continuityEn from "./continuity/en";
import type documentsEn from "./documents/en";
import type historyEn from "./history/en";
import type en from "./en";
import type programmeEn from "./programme/en";
import type protectionEn from "./protection/en";
import type responseEn from "./response/en";

export const LANGUAGES = ["en", "id", "zh-Hans", "zh-Hant"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Every language in its own words: shown the same whatever language is in use. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: "English",
  id: "Bahasa Indonesia",
  "zh-Hans": "简体中文",
  "zh-Hant": "繁體中文",
};

type Entry =
  | keyof typeof en
  | keyof typeof callingEn
  | keyof typeof continuityEn
  | keyof typeof documentsEn
  | keyof typeof historyEn
  | keyof typeof programmeEn
  | keyof typeof protectionEn
  | keyof typeof responseEn;
/** Keys as they are asked for: without the plural ending. */
export type Key = Entry extends infer K ? (K extends `${infer Stem}_one` | `${infer Stem}_other` ? Stem : K) : never;
export type Dictionary = Record<keyof typeof en, string>;
export type CallingDictionary = Record<keyof typeof callingEn, string>;
export type ContinuityDictionary = Record<keyof typeof continuityEn, string>;
export type DocumentsDictionary = Record<keyof typeof documentsEn, string>;
export type HistoryDictionary = Record<keyof typeof historyEn, string>;
export type ProgrammeDictionary = Record<keyof typeof programmeEn, string>;
export type ProtectionDictionary = Record<keyof typeof protectionEn, string>;
export type ResponseDictionary = Record<keyof typeof responseEn, string>;
export type Translate = (key: Key, values?: Record<string, string | number>) => string;

const loaders: Record<Language, () => Promise<{ default: Dictionary }>> = {
  en: () => import("./en"),
  id: () => import("./id"),
  "zh-Hans": () => import("./zh-Hans"),
  "zh-Hant": () => import("./zh-Hant"),
};

/** Words of pages that are loaded only when they are opened. */
const parts = {
  calling: {
    en: () => import("./calling/en"),
    id: () => import("./calling/id"),
    "zh-Hans": () => import("./calling/zh-Hans"),
    "zh-Hant": () => import("./calling/zh-Hant"),
  },
  continuity: {
    en: () => import("./continuity/en"),
    id: () => import("./continuity/id"),
    "zh-Hans": () => import("./continuity/zh-Hans"),
    "zh-Hant": () => import("./continuity/zh-Hant"),
  },
  documents: {
    en: () => import("./documents/en"),
    id: () => import("./documents/id"),
    "zh-Hans": () => import("./documents/zh-Hans"),
    "zh-Hant": () => import("./documents/zh-Hant"),
  },
  history: {
    en: () => import("./history/en"),
    id: () => import("./history/id"),
    "zh-Hans": () => import("./history/zh-Hans"),
    "zh-Hant": () => import("./history/zh-Hant"),
  },
  programme: {
    en: () => import("./programme/en"),
    id: () => import("./programme/id"),
    "zh-Hans": () => import("./programme/zh-Hans"),
    "zh-Hant": () => import("./programme/zh-Hant"),
  },
  protection: {
    en: () => import("./protection/en"),
    id: () => import("./protection/id"),
    "zh-Hans": () => import("./protection/zh-Hans"),
    "zh-Hant": () => import("./protection/zh-Hant"),
  },
  response: {
    en: () => import("./response/en"),
    id: () => import("./response/id"),
    "zh-Hans": () => import("./response/zh-Hans"),
    "zh-Hant": () => import("./response/zh-Hant"),
  },
} as const satisfies Record<string, Record<Language, () => Promise<{ default: Record<string, string> }>>>;
type Part = keyof typeof parts;
const inUse = new Set<Part>();

async function addPart(part: Part, language: Language): Promise<void> {
  i18next.addResourceBundle(language, "translation", (await parts[part][language]()).default, true);
}

/** Loads the words of a page, and with every later language too. */
export async function loadWords(part: Part): Promise<void> {
  inUse.add(part);
  await addPart(part, currentLanguage());
}

const KEY = "sekoci.language";
const listeners = new Set<() => void>();
let version = 0;

/** The best language for what the browser asks for. */
export function preferredLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    const lower = tag.toLowerCase();
    if (/^zh\b.*(hant|tw|hk|mo)/.test(lower)) {
      return "zh-Hant";
    }
    if (/^zh\b/.test(lower)) {
      return "zh-Hans";
    }
    if (/^(id|in)\b/.test(lower)) {
      return "id";
    }
    if (/^en\b/.test(lower)) {
      return "en";
    }
  }
  return "en";
}

export function currentLanguage(): Language {
  return (i18next.language as Language | undefined) ?? "en";
}

export async function startLanguages(): Promise<void> {
  const stored = localStorage.getItem(KEY);
  const first = LANGUAGES.find((language) => language === stored) ?? preferredLanguage(navigator.languages);
  await i18next.init({
    lng: first,
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: { [first]: { translation: (await loaders[first]()).default } },
  });
  document.documentElement.lang = first;
}

export async function setLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", (await loaders[language]()).default);
  }
  await Promise.all([...inUse].map((part) => addPart(part, language)));
  await i18next.changeLanguage(language);
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  version += 1;
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useT(): Translate {
  const now = useSyncExternalStore(subscribe, () => version);
  // A new function for a new language, so that memoised components render again.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useCallback((key, values) => i18next.t(key, values ?? {}), [now]);
}

/** A translation outside of components. */
export function translate(key: Key, values: Record<string, string | number> = {}): string {
  return i18next.t(key, values);
}

/** The words for an error code; codes without words of their own are named as they are. */
export function errorText(code: string): string {
  const key = `error.${code}`;
  return i18next.exists(key) ? i18next.t(key) : i18next.t("error.other", { code });
}

/** The language as dates and numbers need it: with the browser's region where it has one for it. */
export function region(): string {
  const language = currentLanguage();
  return navigator.languages.find((tag) => preferredLanguage([tag]) === language && tag.split("-")[0] === language.split("-")[0]) ?? language;
}

/* ---- times and numbers, in the language's own way ---- */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatted(at: number | Date, options: Intl.DateTimeFormatOptions): string {
  const key = `${region()} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(region(), options);
    formats.set(key, format);
  }
  return format.format(at);
}

export function timeText(at: number): string {
  return formatted(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function timeSecondsText(at: number): string {
  return formatted(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

export function dayText(at: number): string {
  const isThisYear = new Date(at).getFullYear() === new Date().getFullYear();
  return formatted(at, { weekday: "long", day: "numeric", month: "long", ...(isThisYear ? {} : { year: "numeric" }) });
}

export function dateTimeText(at: number): string {
  return formatted(at, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
}

/** To the second: for what is told apart by it. */
export function momentText(at: number): string {
  return formatted(at, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
}

/** Short: the time today, the day otherwise. */
export function whenText(at: number, now = Date.now()): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? timeText(at) : formatted(at, { day: "numeric", month: "short" });
}

/** Several things in a row, as the language puts them. */
export function listText(words: readonly string[]): string {
  return new Intl.ListFormat(region(), { type: "unit", style: "short" }).format(words);
}

export function numberText(value: number, digits = 0): string {
  return new Intl.NumberFormat(region(), { maximumFractionDigits: digits }).format(value);
}

export function agoText(at: number, now = Date.now()): string {
  const format = new Intl.RelativeTimeFormat(region(), { numeric: "auto" });
  const seconds = Math.round((at - now) / 1000);
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) {
      return format.format(Math.trunc(seconds / size), unit);
    }
  }
  return format.format(seconds, "second");
}

export function durationText(ms: number): string {
  const unit = (value: number, name: string, digits = 0): string =>
    new Intl.NumberFormat(region(), { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
  if (ms < 1_000) {
    return unit(Math.round(ms), "millisecond");
  }
  if (ms < 60_000) {
    return unit(ms / 1_000, "second", 1);
  }
  const seconds = Math.round(ms / 1_000);
  const [big, bigSize, small, smallSize] =
    seconds < 3_600
      ? (["minute", 60, "second", 1] as const)
      : seconds < 86_400
        ? (["hour", 3_600, "minute", 60] as const)
        : (["day", 86_400, "hour", 3_600] as const);
  return `${unit(Math.floor(seconds / bigSize), big)} ${unit(Math.floor((seconds % bigSize) / smallSize), small)}`;
}

export function secondsText(seconds: number): string {
  return new Intl.NumberFormat(region(), {
    style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: 1,
  }).format(seconds);
}

export function sizeText(bytes: number): string {
  const [value, name] = bytes < 1_000_000 ? [bytes / 1_000, "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return new Intl.NumberFormat(region(), {
    style: "unit", unit: name as string, unitDisplay: "short", maximumFractionDigits: bytes < 10_000_000 ? 1 : 0,
  }).format(value as number);
}
