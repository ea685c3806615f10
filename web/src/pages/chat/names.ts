/** What conversations and people are called. */

import { useStore, useWorkspace } from "../../app-context";
import type { Conversation, Id, Person } from "../../api/types";
import { useT } from "../../i18n";

/** Looks names up; a name that is not known yet appears when a site has told it. */
export function usePersonName(): (id: Id) => string {
  const t = useT();
  const { roster } = useWorkspace();
  useStore(roster.people);
  return (id) => roster.person(id)?.name ?? t("person.unknown");
}

export function usePerson(id: Id | null | undefined): Person | undefined {
  const { roster } = useWorkspace();
  useStore(roster.people);
  return id ? roster.person(id) : undefined;
}

export function useConversationName(): (conversation: Conversation) => string {
  const t = useT();
  const personName = usePersonName();
  return (conversation) => {
    if (conversation.kind === "direct" && conversation.with) {
      return personName(conversation.with);
    }
    return conversation.name ?? t("conversation.unnamed");
  };
}
