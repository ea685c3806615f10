//! Turning what changes into notes for the continuity record.

use crate::board::{Board, Opinion, Verdict};
use crate::observation::{Deed, Step};
use kernel::{SiteName, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is known besides the board.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Which node the database says is primary.
    pub primary: Option<String>,
    /// Whether appends are kept on every copy promised; `None`: not known.
    pub is_protected: Option<bool>,
    /// How this node stands with the vault; `None`: not known, or it does not seal.
    pub vault: Option<VaultFact>,
    /// Whether the way back from the vault is proven; `None`: not known, or it was never rehearsed.
    pub rehearsal: Option<RehearsalFact>,
}

/// Whether a rehearsal has shown, not too long ago, that everything comes back from the vault.
#[derive(Clone, Debug, PartialEq)]
pub struct RehearsalFact {
    /// The last one passed, and lately.
    pub is_proven: bool,
    /// One English sentence on how it is.
    pub detail: String,
    /// How that is known.
    pub evidence: Value,
}

/// How the site that tells stands with the vault.
#[derive(Clone, Debug, PartialEq)]
pub struct VaultFact {
    /// The site that tells.
    pub site: SiteName,
    /// Whether it got nothing in, or no sign of life, for too long.
    pub is_silent: bool,
    /// How that is known.
    pub evidence: Value,
}

/// A note to be recorded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Note {
    /// What it is about, as the continuity module names it.
    pub kind: &'static str,
    /// The site concerned.
    pub site: Option<SiteName>,
    /// When.
    pub at: Timestamp,
    /// One English sentence.
    pub detail: String,
    /// How it is known.
    pub evidence: Value,
}

/// A site that did not answer yet may still be starting; after this it is missed.
const STARTING_MS: i64 = 30_000;

/// What was told already.
#[derive(Debug, Default)]
pub struct Narrator {
    began: Option<Timestamp>,
    sites: BTreeMap<SiteName, Opinion>,
    lost: BTreeMap<SiteName, Loss>,
    primary: Option<String>,
    is_protected: Option<bool>,
    is_vault_silent: Option<bool>,
    is_recovery_proven: Option<bool>,
    deeds_told: Vec<Deed>,
}

/// A loss that is not over.
#[derive(Debug)]
struct Loss {
    last_good: Option<Timestamp>,
    at: Timestamp,
    is_writable_again: bool,
}

impl Narrator {
    /// The verdict last told of a site.
    #[must_use]
    pub fn told(&self, site: &SiteName) -> Opinion {
        self.sites.get(site).copied().unwrap_or(Opinion::Unknown)
    }

    /// Notes about what changed since the last call. `Unknown` is no news: a site that was up is
    /// taken for up until two of three say otherwise. The first time that a site, or the vault, is
    /// found up is told as its return, because nobody may have been there to tell it; the record
    /// knows whether it was away.
    pub fn tell(
        &mut self,
        board: &Board,
        verdicts: &[Verdict],
        facts: &Facts,
        now: Timestamp,
    ) -> Vec<Note> {
        let mut notes = Vec::new();
        for verdict in verdicts {
            self.tell_site(board, verdict, now, &mut notes);
        }
        self.tell_deeds(board, &mut notes);
        self.tell_primary(facts, now, &mut notes);
        self.tell_protection(facts, now, &mut notes);
        self.tell_vault(facts, now, &mut notes);
        self.tell_rehearsal(facts, now, &mut notes);
        self.tell_writable(board, verdicts, now, &mut notes);
        notes
    }

    fn tell_site(
        &mut self,
        board: &Board,
        verdict: &Verdict,
        now: Timestamp,
        notes: &mut Vec<Note>,
    ) {
        let before = self.told(&verdict.site);
        let began = *self.began.get_or_insert(now);
        let may_be_starting = before == Opinion::Unknown
            && verdict.opinion == Opinion::Down
            && now.since(began) < STARTING_MS;
        if verdict.opinion == Opinion::Unknown || verdict.opinion == before || may_be_starting {
            return;
        }
        self.sites.insert(verdict.site.clone(), verdict.opinion);
        let site = Some(verdict.site.clone());
        let name = &verdict.site;
        if verdict.opinion == Opinion::Down {
            let last_good = board.last_good(name, Step::Session);
            self.lost.insert(
                name.clone(),
                Loss {
                    last_good,
                    at: now,
                    is_writable_again: false,
                },
            );
            notes.push(Note {
                kind: "site-lost",
                site,
                at: now,
                detail: format!(
                    "Two of three vantage points no longer get answers from site {name}."
                ),
                evidence: json!({ "votes": verdict.votes, "last_good_at": last_good }),
            });
        } else {
            let loss = self.lost.remove(name);
            let away_ms = loss
                .as_ref()
                .map(|loss| now.since(loss.last_good.unwrap_or(loss.at)));
            notes.push(Note {
                kind: "site-back",
                site,
                at: now,
                detail: format!("Site {name} answers again."),
                evidence: json!({ "votes": verdict.votes, "away_ms": away_ms }),
            });
        }
    }

    fn tell_deeds(&mut self, board: &Board, notes: &mut Vec<Note>) {
        for deed in board.deeds() {
            if self.deeds_told.contains(deed) {
                continue;
            }
            self.deeds_told.push(deed.clone());
            notes.push(Note {
                kind: "lease-hastened",
                site: Some(deed.site.clone()),
                at: deed.at,
                detail: deed.what.clone(),
                evidence: json!({ "by": deed.by }),
            });
        }
        let excess = self.deeds_told.len().saturating_sub(64);
        self.deeds_told.drain(..excess);
    }

    fn tell_primary(&mut self, facts: &Facts, now: Timestamp, notes: &mut Vec<Note>) {
        let Some(primary) = &facts.primary else {
            return;
        };
        let before = self.primary.replace(primary.clone());
        if let Some(before) = before.filter(|before| before != primary) {
            notes.push(Note {
                kind: "primary-moved",
                site: SiteName::new(primary).ok(),
                at: now,
                detail: format!("The database's primary moved from {before} to {primary}."),
                evidence: json!({ "from": before, "to": primary }),
            });
        }
    }

    fn tell_protection(&mut self, facts: &Facts, now: Timestamp, notes: &mut Vec<Note>) {
        let Some(is_protected) = facts.is_protected else {
            return;
        };
        let before = self.is_protected.replace(is_protected);
        if before.is_none_or(|before| before == is_protected) {
            return;
        }
        let (kind, detail) = if is_protected {
            ("protection-back", "Every promised copy confirms again.")
        } else {
            (
                "protection-lost",
                "Fewer copies confirm than promised: RPO is not guaranteed.",
            )
        };
        notes.push(Note {
            kind,
            site: None,
            at: now,
            detail: detail.into(),
            evidence: Value::Null,
        });
    }

    fn tell_vault(&mut self, facts: &Facts, now: Timestamp, notes: &mut Vec<Note>) {
        let Some(vault) = &facts.vault else {
            return;
        };
        let before = self.is_vault_silent.replace(vault.is_silent);
        if before == Some(vault.is_silent) {
            return;
        }
        let site = &vault.site;
        let (kind, detail) = if vault.is_silent {
            (
                "vault-silent",
                format!("Site {site} gets nothing into the vault: work is at the sites only."),
            )
        } else {
            (
                "vault-back",
                format!("Site {site} gets its work into the vault again."),
            )
        };
        notes.push(Note {
            kind,
            site: Some(site.clone()),
            at: now,
            detail,
            evidence: vault.evidence.clone(),
        });
    }

    fn tell_rehearsal(&mut self, facts: &Facts, now: Timestamp, notes: &mut Vec<Note>) {
        let Some(rehearsal) = &facts.rehearsal else {
            return;
        };
        let before = self.is_recovery_proven.replace(rehearsal.is_proven);
        if before == Some(rehearsal.is_proven) {
            return;
        }
        notes.push(Note {
            kind: if rehearsal.is_proven {
                "recovery-proven"
            } else {
                "recovery-unproven"
            },
            site: None,
            at: now,
            detail: rehearsal.detail.clone(),
            evidence: rehearsal.evidence.clone(),
        });
    }

    /// The first message that was acknowledged at a site after the other one was lost.
    fn tell_writable(
        &mut self,
        board: &Board,
        verdicts: &[Verdict],
        now: Timestamp,
        notes: &mut Vec<Note>,
    ) {
        let sites: Vec<&SiteName> = verdicts.iter().map(|verdict| &verdict.site).collect();
        for (lost, loss) in &mut self.lost {
            let others = sites.iter().filter(|site| **site != lost);
            let since = loss.last_good.unwrap_or(loss.at);
            let written = others
                .filter_map(|site| board.last_good(site, Step::Post).map(|at| (at, *site)))
                .filter(|(at, _)| *at > since)
                .min();
            if let Some((at, site)) = written.filter(|_| !loss.is_writable_again) {
                loss.is_writable_again = true;
                notes.push(Note {
                    kind: "writable-again",
                    site: Some(site.clone()),
                    at: at.max(since),
                    detail: format!("A message was acknowledged at site {site} again."),
                    evidence: json!({
                        "since_last_good_ms": at.since(since),
                        "noted_at": now,
                    }),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests;
