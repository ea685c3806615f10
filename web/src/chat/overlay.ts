/** Messages as the person should see them: what sites said, with what still waits in the outbox. */

import type { Attachment, Id, Message, Reaction } from "../api/types";
import { type OutboxItem, isOpen } from "../sync/outbox-item";

/** A message of one's own that no site has shown back yet. */
export interface PendingMessage {
  item: OutboxItem;
  id: Id;
  text: string;
  thread_of: Id | null;
  attachments: Attachment[];
  mentions: Id[];
  isUrgent: boolean;
}

/** Applies edits, deletions and reactions that are on their way (or just acknowledged). */
export function overlaid(messages: readonly Message[], items: readonly OutboxItem[]): Message[] {
  const changes = new Map<Id, OutboxItem[]>();
  for (const item of items) {
    const target = item.command["message_id"];
    const isChange = item.module === "messaging" && item.verb !== "post-message" && typeof target === "string";
    if (isChange && isOpen(item)) {
      changes.set(target, [...(changes.get(target) ?? []), item]);
    }
  }
  if (changes.size === 0) {
    return messages as Message[];
  }
  return messages.map((message) => (changes.get(message.id) ?? []).reduce(changed, message));
}

function changed(message: Message, item: OutboxItem): Message {
  switch (item.verb) {
    case "edit-message":
      return { ...message, text: String(item.command["text"]), edited_at: item.created_at };
    case "delete-message":
      return { ...message, deleted: true, text: "", attachments: [], reactions: [] };
    case "add-reaction":
      return { ...message, reactions: withReaction(message.reactions ?? [], String(item.command["emoji"]), true) };
    case "remove-reaction":
      return { ...message, reactions: withReaction(message.reactions ?? [], String(item.command["emoji"]), false) };
    case "acknowledge-urgent":
      return message.urgent
        ? {
            ...message,
            urgent: {
              ...message.urgent,
              mine: true,
              acknowledged: message.urgent.acknowledged + (message.urgent.mine ? 0 : 1),
            },
          }
        : message;
    default:
      return message;
  }
}

export function withReaction(reactions: readonly Reaction[], emoji: string, mine: boolean): Reaction[] {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) {
    return mine ? [...reactions, { emoji, count: 1, mine }] : [...reactions];
  }
  if (known.mine === mine) {
    return [...reactions];
  }
  return reactions
    .map((reaction) => (reaction === known ? { emoji, mine, count: known.count + (mine ? 1 : -1) } : reaction))
    .filter((reaction) => reaction.count > 0);
}

/** One's own messages of a conversation that are not among `shown`, in the order they were written. */
export function pendingMessages(
  items: readonly OutboxItem[],
  conversation: Id,
  shown: ReadonlySet<Id>,
): PendingMessage[] {
  const pending: PendingMessage[] = [];
  for (const item of items) {
    if (item.verb !== "post-message" || item.command["conversation_id"] !== conversation) {
      continue;
    }
    const id = String(item.command["message_id"]);
    if (!shown.has(id)) {
      pending.push({
        item,
        id,
        text: String(item.command["text"] ?? ""),
        thread_of: (item.command["thread_of"] as Id | undefined) ?? null,
        attachments: (item.command["attachments"] as Attachment[] | undefined) ?? [],
        mentions: (item.command["mentions"] as Id[] | undefined) ?? [],
        isUrgent: item.command["urgent"] !== undefined,
      });
    }
  }
  return pending;
}
