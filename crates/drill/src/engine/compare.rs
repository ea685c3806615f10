//! What is there after a drill, counted and compared at both sites.

use super::expected::{POST_MESSAGE, misses};
use super::measure::{detected_ms, percentiles, rto_ms, write_gap_ms};
use super::{Aborted, Drill, LOOK_EVERY, Watched, at};
use crate::function_line::{FunctionLine, share_available};
use crate::functions::Tries;
use crate::report::SiteLine;
use client::load::{self, Outcome, Record};
use kernel::Timestamp;
use kernel::id::Uuid;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const COMPARE_MAX: Duration = Duration::from_secs(30);

impl Drill<'_> {
    pub(super) async fn compare(
        &mut self,
        fault_at: Timestamp,
        watched: Watched,
    ) -> Result<(), Aborted> {
        let records = &watched.records;
        let sites: Vec<usize> = (0..self.healths.len()).collect();
        let verified = load::verify(
            self.doors.client(),
            self.place.workspace,
            self.place.conversation,
            0,
            records,
            &sites,
            COMPARE_MAX,
        )
        .await
        .map_err(|e| at("counting messages")(e.into()))?;
        let (lost, twice) = self.count_documents(&watched.tries).await?;
        let views_equal = self.views_are_equal().await?;
        let broken_chains = self
            .doors
            .broken_chains(self.plan.survivor)
            .await
            .map_err(at("walking the chains"))?;
        let timeline = self
            .doors
            .timeline(self.plan.survivor, self.report.started_at)
            .await
            .map_err(at("reading the timeline"))?;
        let expect = self.scenario.expect.clone().unwrap_or_default();
        let lines = watched.tries.iter().map(|tries| {
            let line = FunctionLine::of(tries, &watched.moments, &expect);
            match tries.function.name() {
                POST_MESSAGE => FunctionLine {
                    lost: Some(verified.lost),
                    duplicated: Some(verified.duplicated),
                    ..line
                },
                _ if !tries.filed.is_empty() => FunctionLine {
                    lost: Some(lost),
                    duplicated: Some(twice),
                    ..line
                },
                _ => line,
            }
        });
        let functions: Vec<FunctionLine> = lines.collect();
        let site_lines = self.site_lines(records);
        let report = &mut self.report;
        report.functions_available_pct = share_available(&functions);
        report.functions = functions;
        report.detected_ms = detected_ms(&timeline, &self.plan, fault_at);
        report.rto_ms = rto_ms(records, &verified.lost_ids, fault_at);
        report.write_gap_ms = Some(write_gap_ms(records, fault_at));
        report.sent = verified.sent;
        report.acknowledged = verified.acknowledged;
        report.present = verified.present;
        report.lost = verified.lost;
        report.duplicated = verified.duplicated;
        report.refused = verified.refused;
        report.views_equal = Some(views_equal);
        report.chains_valid = Some(broken_chains.is_empty());
        report.acknowledged_after_ms = percentiles(records);
        report.sites = site_lines;
        let status = &self.healths[self.plan.survivor].status;
        report.engine = status["engine"].clone();
        report.versions =
            json!({ "sekoci": status["version"], "engine": status["engine"]["version"] });
        report.timeline = timeline;
        let missed = misses(report, &expect, &broken_chains);
        report.shortfalls = missed.iter().map(|miss| miss.detail.clone()).collect();
        report.passed = missed.is_empty();
        self.report.findings = self.findings(&missed);
        Ok(())
    }

    /// Documents that were acknowledged and are missing at a site, and those that are there twice.
    async fn count_documents(&self, tries: &[Tries]) -> Result<(u64, u64), Aborted> {
        let Some(folder) = self.place.folder else {
            return Ok((0, 0));
        };
        let filed: Vec<Uuid> = tries.iter().flat_map(|one| one.filed.clone()).collect();
        let (mut lost, mut twice) = (0, 0);
        for site in 0..self.healths.len() {
            let found = self.doors.filed(site, self.place.workspace, folder).await;
            let found = found.map_err(at("counting documents"))?;
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            for id in &found {
                *counts.entry(id).or_default() += 1;
            }
            let missing = filed
                .iter()
                .filter(|id| !counts.contains_key(id.to_string().as_str()));
            lost = lost.max(missing.count() as u64);
            twice = twice.max(counts.values().filter(|count| **count > 1).count() as u64);
        }
        Ok((lost, twice))
    }

    /// Compares every partition's rows at both sites, at the same position; those that are still
    /// written to are looked at again until they meet.
    async fn views_are_equal(&self) -> Result<bool, Aborted> {
        let comparing = async {
            loop {
                let mut found = Vec::new();
                for site in 0..self.healths.len() {
                    let fingerprints = self.doors.fingerprints(site).await;
                    found.push(fingerprints.map_err(at("taking fingerprints"))?);
                }
                if found.windows(2).all(|pair| pair[0] == pair[1]) {
                    return Ok(true);
                }
                let differs = found[0].iter().any(|(partition, one)| {
                    found[1..].iter().any(|other| {
                        other
                            .get(partition)
                            .is_some_and(|o| o.seq == one.seq && o != one)
                    })
                });
                if differs {
                    return Ok(false);
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(COMPARE_MAX, comparing)
            .await
            .unwrap_or(Ok(false))
    }

    fn site_lines(&self, records: &[Record]) -> Vec<SiteLine> {
        let sites = self
            .healths
            .iter()
            .zip(self.doors.client().sites())
            .enumerate();
        sites
            .map(|(index, (health, url))| SiteLine {
                name: health.name.clone(),
                url: url.to_string(),
                acknowledged: records
                    .iter()
                    .filter(|r| {
                        matches!(&r.outcome, Outcome::Acknowledged { site_index, .. }
                            if *site_index == index)
                    })
                    .count() as u64,
            })
            .collect()
    }
}
