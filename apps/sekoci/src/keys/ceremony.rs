//! Making keys and shares: what `init` and `rotate` have in common.

use super::{page, sheet};
use crate::cli::Failure;
use crate::cli::write_private;
use kernel::{Hash, Random, SiteName, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use vault::custody::trust::Custodians;
use vault::custody::{RecoveryIdentity, SealingKey, Share, SplitRule, Trust, split};

/// What is to be made.
#[derive(clap::Args, Debug)]
pub struct Plan {
    /// How many people get a share
    #[arg(long, value_name = "N")]
    pub custodians: u8,
    /// How many of them are needed to open the vault
    #[arg(long, value_name = "K")]
    pub threshold: u8,
    /// Name of a custodian, in the order of the shares; once for each, or not at all
    #[arg(long = "custodian", value_name = "NAME")]
    pub names: Vec<String>,
    /// Name of a site that seals; once for each
    #[arg(long = "site", value_name = "NAME", required = true)]
    pub sites: Vec<SiteName>,
    /// Folder to make; must not exist or be empty
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// What was made. The identity itself is gone, once its shares are there.
pub struct Made {
    /// What everybody may know.
    pub trust: Trust,
    /// One for each custodian.
    pub shares: Vec<Share>,
    sealing: BTreeMap<SiteName, SealingKey>,
}

/// What is said of it; nothing secret.
#[derive(Serialize)]
pub struct Report {
    trust: Hash,
    set: String,
    recipients: Vec<String>,
    threshold: u8,
    custodians: Vec<Holder>,
    sites: Vec<Site>,
    trust_file: PathBuf,
    previous: Vec<Hash>,
    in_vault: bool,
}

#[derive(Serialize)]
struct Holder {
    share: u8,
    name: String,
    page: PathBuf,
    sheet: PathBuf,
}

#[derive(Serialize)]
struct Site {
    name: SiteName,
    public_key: String,
    key_file: PathBuf,
}

impl Plan {
    /// Finds out what cannot be done before anything secret is made.
    ///
    /// # Errors
    /// Which argument cannot be used.
    pub fn check(&self) -> Result<SplitRule, Failure> {
        let rule = SplitRule::new(self.threshold, self.custodians)
            .map_err(|e| Failure::argument("--threshold or --custodians", e))?;
        let names = self.names.len();
        if names != 0 && names != usize::from(self.custodians) {
            let cause = format!("{names} names for {} custodians", self.custodians);
            return Err(Failure::argument("--custodian", cause));
        }
        for (at, site) in self.sites.iter().enumerate() {
            if self.sites[..at].contains(site) {
                return Err(Failure::argument(
                    "--site",
                    format!("{site} is given twice"),
                ));
            }
        }
        if std::fs::read_dir(&self.out).is_ok_and(|mut folder| folder.next().is_some()) {
            let cause = format!("{}: the folder is not empty", self.out.display());
            return Err(Failure::argument("--out", cause));
        }
        Ok(rule)
    }

    /// Makes everything, in memory.
    ///
    /// # Errors
    /// When an argument cannot be used.
    pub fn make(
        &self,
        previous: Vec<Hash>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Made, Failure> {
        let rule = self.check()?;
        let identity = RecoveryIdentity::make(random);
        let sealing: BTreeMap<_, _> = self
            .sites
            .iter()
            .map(|site| (site.clone(), SealingKey::make(random)))
            .collect();
        let public = sealing
            .iter()
            .map(|(site, key)| (site.clone(), key.public()));
        let trust = Trust::new(
            now,
            &[identity.recipient()],
            &public.collect(),
            Custodians::new(rule, self.names.clone()),
            previous,
        )
        .map_err(|e| Failure::refused(e.to_string()))?;
        let shares = split(&identity, rule, &self.holders(), trust.digest(), random)
            .map_err(|e| Failure::argument("--custodian", e))?;
        Ok(Made {
            trust,
            shares,
            sealing,
        })
    }

    /// Writes what was made into the folder, so that nobody but its owner can read it.
    ///
    /// # Errors
    /// When a file cannot be written. What is there then is of no use.
    pub fn write(&self, made: &Made) -> Result<(), Failure> {
        let folder = &self.out;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|e| Failure::argument("--out", format!("{}: {e}", folder.display())))?;
        let trust = String::from_utf8_lossy(made.trust.bytes());
        write_private(&self.trust_file(), &trust)?;
        for (site, key) in &made.sealing {
            let line = zeroize::Zeroizing::new(format!("{}\n", key.to_text().as_str()));
            write_private(&self.key_file(site), &line)?;
        }
        for share in &made.shares {
            let index = share.index();
            write_private(&self.page_file(index), &page::page(share, &made.trust)?)?;
            write_private(&self.sheet_file(index), &sheet::sheet(share, &made.trust))?;
        }
        std::fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| Failure::failed(format!("{}: {e}", folder.display())))
    }

    /// What is said of it.
    pub fn report(&self, made: &Made, in_vault: bool) -> Report {
        let claim = made.shares[0].claim();
        Report {
            trust: made.trust.digest(),
            set: claim.set.to_string(),
            recipients: made
                .trust
                .recipients()
                .iter()
                .map(ToString::to_string)
                .collect(),
            threshold: claim.rule.threshold(),
            custodians: made.shares.iter().map(|share| self.holder(share)).collect(),
            sites: made
                .sealing
                .iter()
                .map(|(site, key)| Site {
                    name: site.clone(),
                    public_key: kernel::hex::encode(&*key.public()),
                    key_file: self.key_file(site),
                })
                .collect(),
            trust_file: self.trust_file(),
            previous: made.trust.previous().to_vec(),
            in_vault,
        }
    }

    fn holder(&self, share: &Share) -> Holder {
        Holder {
            share: share.index(),
            name: share.custodian().to_owned(),
            page: self.page_file(share.index()),
            sheet: self.sheet_file(share.index()),
        }
    }

    fn holders(&self) -> Vec<String> {
        if !self.names.is_empty() {
            return self.names.clone();
        }
        (1..=self.custodians)
            .map(|n| format!("Custodian {n}"))
            .collect()
    }

    /// Where it is written.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// Where the trust is written.
    pub fn trust_file(&self) -> PathBuf {
        self.out.join("trust.json")
    }

    /// Where a site's sealing key is written.
    pub fn key_file(&self, site: &SiteName) -> PathBuf {
        self.out.join(format!("site-{site}.sealing-key"))
    }

    fn page_file(&self, index: u8) -> PathBuf {
        self.out.join(format!("share-{index}.html"))
    }

    fn sheet_file(&self, index: u8) -> PathBuf {
        self.out.join(format!("share-{index}.txt"))
    }
}

impl Report {
    /// Says what was made and what is to be done with it.
    pub fn print(&self) {
        let count = self.custodians.len();
        println!(
            "made {count} shares, of which {} are needed",
            self.threshold
        );
        println!("trust {}", self.trust);
        for holder in &self.custodians {
            println!("  {}: {}", holder.name, holder.page.display());
        }
        println!("next:");
        println!(
            "  print each page, hand it to its custodian, and destroy its .html and .txt file"
        );
        for site in &self.sites {
            println!(
                "  carry {} and {} to site {}, and destroy the key's file here",
                site.key_file.display(),
                self.trust_file.display(),
                site.name
            );
        }
        if !self.in_vault {
            println!(
                "  put the trust into the vault: sekoci keys publish --vault … --trust {}",
                self.trust_file.display()
            );
        }
        println!("  then see that the shares work: sekoci keys drill --vault … --share …");
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    fn plan(names: &[&str], out: &Path) -> Plan {
        Plan {
            custodians: 3,
            threshold: 2,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            sites: ["a", "b"].map(|site| SiteName::new(site).unwrap()).into(),
            out: out.to_owned(),
        }
    }

    pub fn made_for(names: &[&str]) -> Made {
        plan(names, Path::new("unused"))
            .make(Vec::new(), Timestamp(9), &SeededRandom::new(1))
            .unwrap()
    }

    pub fn made() -> Made {
        made_for(&[])
    }

    pub fn shares_of(made: &Made) -> &[Share] {
        &made.shares
    }

    #[test]
    fn names_stand_in_the_trust_only_if_they_were_given() {
        let made = made();
        assert!(made.trust.custodians().names.is_empty());
        assert_eq!(made.shares[2].custodian(), "Custodian 3");
        let made = made_for(&["Ana", "Budi", "Citra"]);
        assert_eq!(made.trust.custodians().names, ["Ana", "Budi", "Citra"]);
        assert_eq!(made.shares[2].custodian(), "Citra");
    }

    #[test]
    fn arguments_that_do_not_fit_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let fails = |change: &dyn Fn(&mut Plan)| {
            let mut plan = plan(&[], folder.path());
            change(&mut plan);
            plan.check().unwrap_err().to_string()
        };
        assert!(fails(&|plan| plan.threshold = 1).starts_with("--threshold"));
        assert!(fails(&|plan| plan.threshold = 4).starts_with("--threshold"));
        assert!(fails(&|plan| plan.names = vec!["Ana".into()]).starts_with("--custodian: 1 names"));
        assert!(fails(&|plan| plan.sites[1] = plan.sites[0].clone()).starts_with("--site: a"));
        plan(&[], folder.path()).check().unwrap();
        std::fs::write(folder.path().join("something"), "").unwrap();
        assert!(fails(&|_| ()).starts_with("--out: "));
    }
}
