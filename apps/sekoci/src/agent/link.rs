//! The network link of this machine towards the other nodes, cut with routing rules or made slow with
//! `tc`: only what it sends to them, and never this agent's own answers, through which it is mended.

use super::config::Config;
use serde::Deserialize;
use server::config as site_config;
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Queueing disciplines that are there by themselves; any other is somebody's, and is not replaced.
const USUAL: [&str; 6] = ["noqueue", "pfifo_fast", "fq_codel", "fq", "mq", "pfifo"];
const ROOT: &str = "7e:";
/// The routing table that leads nowhere, and the two rules that lead to it or around it.
const TABLE: &str = "8260";
const RULE_AGENT: &str = "8260";
const RULE_PEERS: &str = "8261";

/// How bad it is.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Weather {
    /// How late each packet is.
    #[serde(default)]
    delay_ms: Option<u32>,
    /// How many of a hundred are lost.
    #[serde(default)]
    loss_pct: Option<f64>,
}

/// The link.
pub struct Link {
    peers: Vec<String>,
    agent_port: u16,
    spoilt: Mutex<Spoilt>,
}

/// What has to be mended.
#[derive(Default)]
struct Spoilt {
    is_cut: bool,
    /// The device that was made slow.
    slowed: Option<String>,
}

impl Link {
    /// Of the node that this agent runs.
    pub fn of(config: &Config, site: &site_config::Config) -> Self {
        let others = site.nodes.iter().filter(|node| node.name != site.name);
        Self {
            peers: others.map(|node| node.peer.clone()).collect(),
            agent_port: config.listen.port(),
            spoilt: Mutex::default(),
        }
    }

    /// Cuts it: nothing but this agent's answers reaches the other nodes.
    ///
    /// # Errors
    /// Why it cannot be: there is no link between nodes of one machine, or the right is missing.
    pub fn cut(&self) -> Result<(), String> {
        self.mend()?;
        let peers = self.addresses()?;
        self.lock().is_cut = true;
        let made = self.rules(&peers);
        if made.is_err() {
            self.mend()?;
        }
        made
    }

    fn rules(&self, peers: &[Ipv4Addr]) -> Result<(), String> {
        let port = self.agent_port.to_string();
        run(
            "ip",
            &["route", "replace", "blackhole", "default", "table", TABLE],
        )?;
        let around = [
            "rule", "add", "pref", RULE_AGENT, "ipproto", "tcp", "sport", &port, "lookup", "main",
        ];
        run("ip", &around)?;
        for peer in peers {
            let to = format!("{peer}/32");
            run(
                "ip",
                &[
                    "rule", "add", "pref", RULE_PEERS, "to", &to, "lookup", TABLE,
                ],
            )?;
        }
        Ok(())
    }

    /// Makes it slow.
    ///
    /// # Errors
    /// Why it cannot be: as for [`Link::cut`]; or the kernel has not what it takes, or somebody else has
    /// a discipline of their own on the device.
    pub fn slow(&self, weather: &Weather) -> Result<(), String> {
        self.mend()?;
        let peers = self.addresses()?;
        let first = peers.first().ok_or("there is no other node")?;
        let device = device_towards(first)?;
        let shown = run("tc", &["qdisc", "show", "dev", &device, "root"])?;
        let kind = shown.split_whitespace().nth(1).unwrap_or("noqueue");
        if !USUAL.contains(&kind) {
            return Err(format!(
                "{device} has the discipline {kind}, which is not ours to replace"
            ));
        }
        self.lock().slowed = Some(device.clone());
        let made = self.disciplines(&device, weather, &peers);
        if made.is_err() {
            self.mend()?;
        }
        made
    }

    fn disciplines(
        &self,
        device: &str,
        weather: &Weather,
        peers: &[Ipv4Addr],
    ) -> Result<(), String> {
        let mut prio = vec![
            "qdisc", "replace", "dev", device, "root", "handle", ROOT, "prio",
        ];
        prio.extend(["bands", "4", "priomap"]);
        prio.extend(["0"; 16]);
        run("tc", &prio)?;
        let (delay, loss) = (
            weather.delay_ms.map(|ms| format!("{ms}ms")),
            weather.loss_pct.map(|loss| format!("{loss}%")),
        );
        let mut netem = vec![
            "qdisc", "add", "dev", device, "parent", "7e:4", "handle", "7f:",
        ];
        netem.push("netem");
        netem.extend(delay.iter().flat_map(|delay| ["delay", delay]));
        netem.extend(loss.iter().flat_map(|loss| ["loss", loss]));
        run("tc", &netem)?;
        let port = self.agent_port.to_string();
        let agent = [
            "filter", "add", "dev", device, "parent", ROOT, "protocol", "ip", "prio", "1", "u32",
            "match", "ip", "protocol", "6", "0xff", "match", "ip", "sport", &port, "0xffff",
            "flowid", "7e:1",
        ];
        run("tc", &agent)?;
        for peer in peers {
            let to = format!("{peer}/32");
            let filter = [
                "filter", "add", "dev", device, "parent", ROOT, "protocol", "ip", "prio", "2",
                "u32", "match", "ip", "dst", &to, "flowid", "7e:4",
            ];
            run("tc", &filter)?;
        }
        Ok(())
    }

    /// Makes it whole; one that was never made bad is left alone.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn mend(&self) -> Result<(), String> {
        let mut spoilt = self.lock();
        if let Some(device) = spoilt.slowed.as_deref() {
            if run("tc", &["qdisc", "show", "dev", device, "root"])?.contains(ROOT) {
                run("tc", &["qdisc", "del", "dev", device, "root"])?;
            }
            spoilt.slowed = None;
        }
        if spoilt.is_cut {
            let shown = run("ip", &["rule", "show"])?;
            for rule in [RULE_PEERS, RULE_AGENT] {
                let mine = format!("{rule}:");
                for _ in shown.lines().filter(|line| line.starts_with(&mine)) {
                    run("ip", &["rule", "del", "pref", rule])?;
                }
            }
            run("ip", &["route", "flush", "table", TABLE])?;
            spoilt.is_cut = false;
        }
        Ok(())
    }

    /// Makes the link whole that an agent has left bad that was killed in a drill.
    pub fn mend_left_over(&self) {
        let Ok(peers) = self.addresses() else { return };
        let device = peers.first().and_then(|peer| device_towards(peer).ok());
        let shows = |program: &str, arguments: &[&str], what: &str| {
            run(program, arguments).is_ok_and(|shown| shown.contains(what))
        };
        {
            let mut spoilt = self.lock();
            spoilt.is_cut = shows("ip", &["rule", "show"], &format!("{RULE_PEERS}:"));
            spoilt.slowed = device.filter(|device| {
                let asked = ["qdisc", "show", "dev", device, "root"];
                shows("tc", &asked, "qdisc prio 7e:")
            });
        }
        if let Err(error) = self.mend() {
            tracing::error!(
                error,
                "a link that a drill has left bad could not be mended"
            );
        }
    }

    fn addresses(&self) -> Result<Vec<Ipv4Addr>, String> {
        let mut found = Vec::new();
        for peer in &self.peers {
            let addresses = peer.to_socket_addrs().map_err(|e| format!("{peer}: {e}"))?;
            for address in addresses {
                if address.ip().is_loopback() {
                    return Err("the nodes are on one machine: there is no link to cut".into());
                }
                if let IpAddr::V4(address) = address.ip() {
                    found.push(address);
                }
            }
        }
        Ok(found)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Spoilt> {
        self.spoilt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn device_towards(peer: &Ipv4Addr) -> Result<String, String> {
    let route = run("ip", &["-o", "route", "get", &peer.to_string()])?;
    let mut words = route.split_whitespace();
    words
        .find(|word| *word == "dev")
        .and_then(|_| words.next())
        .map(String::from)
        .ok_or_else(|| format!("no device leads to {peer}"))
}

/// Runs a program of the system; its output, or why it did not work.
fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|e| format!("{program}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program}: {}", said.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_one_machine_there_is_no_link_to_cut() {
        let link = Link {
            peers: vec!["127.0.0.1:8411".into()],
            agent_port: 8412,
            spoilt: Mutex::default(),
        };
        let refused = link.cut().unwrap_err();
        assert!(refused.contains("no link to cut"), "{refused}");
        link.mend().unwrap();
    }
}
