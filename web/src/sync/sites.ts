/** Which of the two sites serves this client, and when it changed. */

import type { Site } from "../api/types";

export interface SiteChange {
  /** The site that serves now. */
  to: string;
  /** The site that stopped answering. */
  from: string;
  at: number;
}

export interface SitesView {
  sites: readonly Site[];
  /** URL of the site in use. */
  active: string;
  /** Sites that did not answer when last asked, by URL. */
  silent: ReadonlySet<string>;
  /** The last switch that was not asked for, until the person dismisses it. */
  change: SiteChange | null;
}

/**
 * The sites and the one in use. A site is left only when it does not answer; there is no way back
 * by itself, so two healthy sites never make a client flap.
 */
export class Sites {
  private view: SitesView;
  private readonly listeners = new Set<() => void>();

  constructor(
    sites: readonly Site[],
    preferred: string,
    private readonly now: () => number = Date.now,
  ) {
    const known = sites.some((site) => site.url === preferred);
    const list = known || preferred === "" ? sites : [...sites, { name: "", url: preferred }];
    this.view = { sites: list, active: preferred || list[0]?.url || "", silent: new Set(), change: null };
  }

  get(): SitesView {
    return this.view;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  nameOf(url: string): string {
    return this.view.sites.find((site) => site.url === url)?.name ?? "";
  }

  /**
   * Takes the list a site gave. Which one is in use stays as it is.
   *
   * @param here the name of the site behind the address in use, where it is known
   */
  learn(sites: readonly Site[], here?: string): void {
    if (sites.length === 0) {
      return;
    }
    const trimmed = sites.map((site) => ({ ...site, url: site.url.replace(/\/+$/, "") }));
    const stays = trimmed.some((site) => site.url === this.view.active);
    if (stays || this.view.active === "") {
      this.set({ sites: trimmed, active: this.view.active || (trimmed[0]?.url ?? "") });
      return;
    }
    // The page came from an address the sites do not know (a proxy, a tunnel): it stands for its site.
    const { active } = this.view;
    const isKnown = here !== undefined && trimmed.some((site) => site.name === here);
    this.set({
      sites: isKnown
        ? trimmed.map((site) => (site.name === here ? { name: site.name, url: active } : site))
        : [...trimmed, { name: this.nameOf(active), url: active }],
    });
  }

  /** The other sites to try when `url` does not answer. */
  others(url: string): string[] {
    return this.view.sites.map((site) => site.url).filter((other) => other !== url);
  }

  answered(url: string): void {
    if (this.view.silent.has(url)) {
      const silent = new Set(this.view.silent);
      silent.delete(url);
      this.set({ silent });
    }
  }

  /** A site did not answer. If it was the one in use, the other takes over. */
  failed(url: string): void {
    const silent = new Set(this.view.silent).add(url);
    this.set({ silent });
    if (url !== this.view.active) {
      return;
    }
    const next = this.others(url).find((other) => !silent.has(other)) ?? this.others(url)[0];
    if (next === undefined) {
      return;
    }
    const everySiteSilent = this.view.sites.every((site) => silent.has(site.url));
    this.set({
      active: next,
      // While nobody answers there is nothing to announce: it is this device that is offline.
      change: everySiteSilent ? this.view.change : { to: this.nameOf(next), from: this.nameOf(url), at: this.now() },
    });
  }

  /** Uses a site because the person asked for it. */
  choose(url: string): void {
    if (url !== this.view.active) {
      this.set({ active: url, change: null });
    }
  }

  dismissChange(): void {
    this.set({ change: null });
  }

  private set(change: Partial<SitesView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) {
      listener();
    }
  }
}
