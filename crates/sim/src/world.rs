//! Two sites, an engine, a network and clients in virtual time.

mod clients;
mod faults;
mod finish;
mod orders;
mod policy;
mod shell;

use crate::dice::Dice;
use crate::engine::Engine;
use crate::history::History;
use crate::ledger::LEDGER;
use crate::network::Network;
use crate::plan::{Fault, Plan, Rates};
use crate::queue::{Event, Queue};
use crate::site::Site;
use crate::trace::Trace;
use journal::partition::{Config, Input, initial_lead};
use journal::{DataKey, KeyRing};
use kernel::id::Uuid;
use kernel::{Hash, Header, KeyId, PartitionId, Payload, SiteName, WorkspaceId};

pub(crate) struct World {
    pub(crate) plan: Plan,
    dice: Dice,
    queue: Queue,
    now: i64,
    pub(crate) trace: Trace,
    network: Network,
    engine: Engine,
    sites: [Site; 2],
    /// Every key there ever was.
    keys: KeyRing,
    newest_key: u32,
    policy: Vec<(Header, Hash, Payload)>,
    rates: Rates,
    slow_ms: i64,
    /// Faults that are there now, by their place in the plan.
    active: Vec<usize>,
    is_healed: bool,
    timers: u32,
    history: History,
}

impl World {
    pub(crate) fn new(seed: u64, is_verbose: bool) -> Self {
        let dice = Dice::new(seed);
        let plan = Plan::from_dice(seed, &dice);
        let workspace = WorkspaceId(Uuid::from_u128(u128::from(seed) + 1));
        let partition = PartitionId::new(workspace, LEDGER);
        let mut keys = KeyRing::default();
        keys.insert(KeyId(1), DataKey::from_bytes(dice.key()));
        let sites = make_sites(&plan, &partition, &keys);
        let mut world = Self {
            engine: Engine::new(partition, plan.primary),
            network: Network::default(),
            queue: Queue::default(),
            trace: Trace::new(is_verbose),
            now: 0,
            sites,
            keys,
            newest_key: 1,
            policy: Vec::new(),
            rates: Rates::default(),
            slow_ms: 0,
            active: Vec::new(),
            is_healed: false,
            timers: 0,
            history: History::default(),
            dice,
            plan,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        self.trace.note(
            0,
            format_args!("{:?} {:?}", self.plan.mix, self.plan.faults),
        );
        for site in 0..2 {
            self.start(site);
        }
        for client in 0..self.plan.clients {
            let at = self.dice.between(10, 500);
            self.queue.add(at, Event::ClientWakes(client));
        }
        for (number, planned) in self.plan.faults.iter().enumerate() {
            self.queue.add(planned.begins, Event::FaultBegins(number));
            self.queue.add(planned.ends, Event::FaultEnds(number));
            let is_panic = matches!(planned.fault, Fault::Panics { .. });
            self.history.panics |= is_panic;
        }
        self.queue.add(250, Event::EngineLooks);
        self.queue.add(300, Event::PolicyGrows);
        self.queue.add(self.plan.heal_at, Event::Heal);
    }

    /// Runs to the end and gives what happened.
    pub(crate) fn run(mut self) -> (History, Trace) {
        while let Some((at, event)) = self.queue.next() {
            if at > self.plan.end_at {
                break;
            }
            self.now = at;
            self.handle(event);
        }
        self.finish()
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::ClientWakes(client) => self.client_wakes(client),
            Event::ClientSends { issue, site } => self.client_sends(issue, site),
            Event::RequestArrives { issue, attempt } => self.request_arrives(issue, attempt),
            Event::AnswerArrives {
                issue,
                attempt,
                reply,
            } => self.answer_arrives(issue, attempt, reply),
            Event::ClientGivesUp { issue, attempt } => self.client_gives_up(issue, attempt),
            Event::Input { site, life, input } => self.input(site, life, *input),
            Event::ForwardArrives {
                from,
                life,
                command,
                at,
                must_append,
            } => self.forward_arrives(from, life, *command, at, must_append),
            Event::ReadArrives {
                site,
                life,
                after,
                limit,
            } => self.read_arrives(site, life, after, limit),
            Event::AppendArrives(order) => self.append_arrives(*order),
            Event::AppendLands(order) => self.append_lands(*order),
            Event::Tick { site, life, at } => self.tick(site, life, at),
            Event::EngineLooks => self.engine_looks(),
            Event::PolicyGrows => self.policy_grows(),
            Event::PolicyArrives { site } => self.policy_arrives(site),
            Event::FaultBegins(number) => self.fault_begins(number),
            Event::FaultEnds(number) => self.fault_ends(number),
            Event::KeysArrive { site } => self.keys_arrive(site),
            Event::Restart { site, life } => self.restart(site, life),
            Event::Heal => self.heal(),
        }
    }

    /// One way through the network.
    fn way(&self) -> i64 {
        self.plan.latency_ms + self.dice.between(0, 1 + self.plan.latency_ms / 4)
    }

    /// Plans an input for the present life of a site.
    fn plan_input(&mut self, after_ms: i64, site: usize, input: Input) {
        let life = self.sites[site].life;
        self.plan_input_for(after_ms, site, life, input);
    }

    fn plan_input_for(&mut self, after_ms: i64, site: usize, life: u64, input: Input) {
        let input = Box::new(input);
        self.queue
            .add(self.now + after_ms, Event::Input { site, life, input });
    }
}

fn make_sites(plan: &Plan, partition: &PartitionId, keys: &KeyRing) -> [Site; 2] {
    let names = ["a", "b"].map(|name| SiteName::new(name).expect("a valid name"));
    let lead = initial_lead(partition, &names)
        .expect("there are sites")
        .clone();
    [0, 1].map(|place| {
        let (site, peer) = (names[place].clone(), names[1 - place].clone());
        let mut config = Config::new(partition.clone(), site, Some(peer), lead.clone());
        config.batch_max = plan.batch_max;
        Site::new(config, keys.clone(), plan.skews[place]).expect("SQLite works in memory")
    })
}
