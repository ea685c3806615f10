/** Icons, drawn by hand in one 24-unit grid; always beside or instead of a word that says the same. */

import type { ReactElement } from "react";

const PATHS = {
  chat: "M4 5h16v11H9l-5 4z",
  now: "M3 12h4l3-8 4 16 3-8h4",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c.6-4 3-6 6.5-6s5.9 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M17.5 14.5c2.2.7 3.6 2.5 4 5.5",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 21c.7-4.5 3.5-7 7.5-7s6.8 2.5 7.5 7",
  gear: "M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1M16.6 7.4l2.1-2.1",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5L21 21",
  plus: "M12 5v14M5 12h14",
  send: "M4 12l16-8-6 16-3-6.5z",
  clip: "M8 12.5l6.5-6.5a3 3 0 0 1 4.2 4.2l-8.5 8.5a5 5 0 0 1-7-7L11 4",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8 14c1 1.7 2.3 2.5 4 2.5s3-.8 4-2.5M9 9.5v.5M15 9.5v.5",
  at: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M16 8v5.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-4 7.5",
  thread: "M5 4v9a4 4 0 0 0 4 4h10M15 13l4 4-4 4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  shield: "M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5.5l3.5 2",
  warning: "M12 3.5L22 20H2zM12 9.5v5M12 17.2v.3",
  stop: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16v.3",
  retry: "M20 12a8 8 0 1 1-2.5-5.8M20 3v4.5h-4.5",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4",
  megaphone: "M4 10v4l3 .5L16 19V5L7 9.5zM7 14.5V19h3v-3.5M19 9.5v5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  edit: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM14 6.5l3.5 3.5",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  history: "M4 12a8 8 0 1 0 2.5-5.8M4 3v4.5h4.5M12 8v4.5l3 2",
  eye: "M2 12c2.5-4.5 6-6.5 10-6.5s7.5 2 10 6.5c-2.5 4.5-6 6.5-10 6.5S4.5 16.5 2 12M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  folder: "M3 6h6l2 2.5h10V19H3z",
  document: "M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h5",
  upload: "M12 15V4M7 8.5L12 3.5l5 5M4 20h16",
  print: "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
  download: "M12 4v11M7 10.5l5 5 5-5M4 20h16",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  key: "M8 16a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M12.5 11.5H22M18 11.5V15M21 11.5V14",
  site: "M4 4h16v6H4zM4 14h16v6H4zM7.5 7h.01M7.5 17h.01",
  witness: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 12h.01",
  question: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.3M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  exit: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h10",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18, label }: { name: IconName; size?: number; label?: string }): ReactElement {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
