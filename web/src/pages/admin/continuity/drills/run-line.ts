/** The line that runs a drill, for a terminal. */

export interface RunLine {
  scenario: string;
  site: string;
  urls: readonly string[];
  user: string;
}

/** Scenarios that break no single site. */
const NO_SITE: ReadonlySet<string> = new Set(["both-sites-lost", "ransomware"]);

export function breaksSite(scenario: string): boolean {
  return !NO_SITE.has(scenario);
}

/** A line to an option, which a shell takes for one; what is to be filled in is in capitals. */
export function runLine({ scenario, site, urls, user }: RunLine): string {
  return [
    `sekoci drill run ${quoted(scenario)}`,
    ...(breaksSite(scenario) ? [`--site ${quoted(site)}`] : []),
    ...(scenario === "both-sites-lost" ? ["--vault VAULT --identity FILE"] : []),
    ...urls.map((url) => `--url ${quoted(url)}`),
    `--user ${quoted(user)} --password-file FILE`,
    "--json drill.json",
  ].join(" \\\n  ");
}

/** Safe in a shell, whatever it is. */
function quoted(text: string): string {
  return /^[\w.:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
