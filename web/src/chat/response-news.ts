/** What the event stream and one's own commands tell of the command team, incidents and calls. */

export interface ResponseNews {
  /** Grows whenever something happened. */
  changes: number;
  seq: number;
}

/** Whose pages there are for somebody, also without a permission: members of the team, people who are named. */
export interface ResponseReach {
  command: boolean;
  succession: boolean;
}
