/** The page's beginning. */

import { createRoot } from "react-dom/client";
import { Root } from "./root";
import { startLanguages } from "./i18n";
import { SessionStore } from "./sync/session";
import { Sites } from "./sync/sites";
import { Transport } from "./sync/transport";
import { startTheme } from "./theme";
import { keepShell } from "./pwa/keep-shell";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import "./styles/chat.css";

startTheme();
keepShell();

const sessions = new SessionStore();
const sites = new Sites(sessions.knownSites(), location.origin);
const transport = new Transport(sites, sessions.token, () => sessions.end());

void startLanguages().then(() => {
  const element = document.getElementById("root");
  if (element !== null) {
    createRoot(element).render(<Root app={{ sessions, sites, transport }} />);
  }
});
