/** Folders and documents as an office has them, for nobody to need. */

import type { Language } from "../../../i18n";
import { newId } from "../../../ids";
import { CANARY_NAMES } from "./canary-names";

export interface CanaryFolder {
  id: string;
  name: string;
  documents: { id: string; title: string; markdown: string }[];
}

const FEWEST = 3;
const MOST = 5;

/** `random`: from 0 to below 1. */
export function inventCanaries(language: Language, random: () => number = Math.random): CanaryFolder {
  const { folders, documents } = CANARY_NAMES[language];
  const count = FEWEST + Math.floor(random() * (MOST - FEWEST + 1));
  const left = [...documents];
  const chosen: CanaryFolder["documents"] = [];
  while (chosen.length < count && left.length > 0) {
    const [document] = left.splice(Math.floor(random() * left.length), 1);
    if (document !== undefined) {
      chosen.push({ id: newId(), title: document.title, markdown: `# ${document.title}\n\n${document.text}\n` });
    }
  }
  return { id: newId(), name: folders[Math.floor(random() * folders.length)] ?? "", documents: chosen };
}
