//! The followed partition: it grows by itself, and its entries are handed to each site in order,
//! some of them more than once.

use super::World;
use crate::ledger::POLICY;
use crate::queue::Event;
use journal::partition::Input;
use kernel::id::Uuid;
use kernel::{
    Actor, CommandId, Event as Fact, Hash, Header, KeyId, PartitionId, Payload, PersonId, Seq,
    Timestamp,
};
use serde_json::json;

impl World {
    pub(super) fn policy_grows(&mut self) {
        let seq = self.policy.len() as Seq + 1;
        let limit = self.dice.between(50, 400);
        let site = self.sites[0].name().clone();
        let header = Header {
            partition: PartitionId::new(self.sites[0].config.partition.workspace, POLICY),
            seq,
            site: site.clone(),
            lead: site,
            time: Timestamp(crate::site::EPOCH_MS + self.now),
            actor: Actor::Person(PersonId(Uuid::from_u128(1))),
            command: CommandId::derived(&format!("policy {seq}")),
            key: KeyId(1),
            prev: Hash::ZERO,
        };
        let hash = Hash(*blake3::hash(&seq.to_le_bytes()).as_bytes());
        let payload = Payload {
            name: "set-limit".into(),
            digest: [0; 32],
            answer: json!({}),
            events: vec![Fact::new("limit-set", 1, &json!({ "limit": limit }))],
        };
        self.policy.push((header, hash, payload));
        for site in 0..2 {
            let late = self.dice.between(1, 800);
            self.queue
                .add(self.now + late, Event::PolicyArrives { site });
        }
        if !self.is_healed {
            let pause = self.dice.between(200, 4_000);
            self.queue.add(self.now + pause, Event::PolicyGrows);
        }
    }

    /// Hands over everything the site's view does not have, and a little that it has.
    pub(super) fn policy_arrives(&mut self, site: usize) {
        let Some(core) = &self.sites[site].core else {
            return;
        };
        let source = PartitionId::new(self.sites[site].config.partition.workspace, POLICY);
        let Ok(done) = core.view().followed(&source.to_string()) else {
            return;
        };
        let overlap = self.dice.below(3);
        let start = usize::try_from(done).unwrap_or(0).saturating_sub(overlap);
        let entries = self.policy[start..].to_vec();
        self.plan_input(0, site, Input::Follow(entries));
    }
}
