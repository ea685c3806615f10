//! The agents of the demo's nodes.

use crate::cli::failure::Failure;
use crate::init::Plan;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// How long an agent may take to stop everything it started.
const STOP_MAX: Duration = Duration::from_secs(60);

/// The running agents.
pub struct Agents(Mutex<Vec<Child>>);

/// Starts one agent per node; their output goes to a log in each node's folder.
pub fn start(plan: &Plan) -> Result<Agents, Failure> {
    let program = std::env::current_exe().map_err(|e| Failure::failed(e.to_string()))?;
    let mut agents = Vec::new();
    for node in &plan.nodes {
        let folder = plan.folder(&node.name);
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(folder.join("agent.log"))
            .and_then(|log| Ok((log.try_clone()?, log)))
            .map_err(|e| Failure::failed(format!("{}: {e}", folder.display())))?;
        let agent = Command::new(&program)
            .args(["agent", "--config"])
            .arg(folder.join("agent.toml"))
            .stdin(Stdio::null())
            .stdout(log.0)
            .stderr(log.1)
            // Ctrl-C in the terminal reaches the demo alone, which stops the agents in good order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| Failure::failed(format!("agent of {}: {e}", node.name)))?;
        agents.push(agent);
    }
    Ok(Agents(Mutex::new(agents)))
}

impl Agents {
    /// Waits until an agent ends by itself, which none should.
    pub async fn one_ended(&self) -> Failure {
        let mut every = tokio::time::interval(Duration::from_millis(200));
        loop {
            every.tick().await;
            for agent in self.0.lock().await.iter_mut() {
                if let Ok(Some(status)) = agent.try_wait() {
                    return Failure::failed(format!(
                        "an agent ended by itself ({status}); see agent.log in the node's folder"
                    ));
                }
            }
        }
    }

    /// Tells every agent to stop and waits for it.
    pub async fn stop(self) {
        let mut agents = self.0.into_inner();
        for agent in &agents {
            if let Some(pid) = agent.id().and_then(|pid| i32::try_from(pid).ok()) {
                // It may have ended already.
                let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
            }
        }
        for agent in &mut agents {
            if tokio::time::timeout(STOP_MAX, agent.wait()).await.is_err() {
                tracing::error!("an agent did not stop in time and is killed");
                // It is gone after this, whatever the answer.
                let _ = agent.kill().await;
            }
        }
    }
}
