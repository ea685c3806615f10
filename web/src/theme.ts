/** Light, dark, or as the device says. */

import { Store } from "./chat/store";

export type Theme = "system" | "light" | "dark";
const KEY = "sekoci.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

export const theme = new Store<Theme>(stored());
export const isDark = new Store<boolean>(false);

function apply(): void {
  const now = theme.get() === "system" ? dark.matches : theme.get() === "dark";
  document.documentElement.dataset["theme"] = now ? "dark" : "light";
  isDark.set(now);
}

export function startTheme(): void {
  apply();
  dark.addEventListener("change", apply);
}

export function setTheme(next: Theme): void {
  localStorage.setItem(KEY, next);
  theme.set(next);
  apply();
}
