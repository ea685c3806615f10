//! A wide-area network on one machine: one network namespace per site, joined by a hub in user space that
//! delays, drops and cuts what passes between them.
//!
//! The hub is a thread per site in this process, reading that site's TUN device. A cut is a silent black
//! hole, as between data centres; killing a site's processes is a crash with resets. They differ: test both.
//!
//! ```no_run
//! let lab = netlab::Lab::new(&["a", "b", "w"])?;
//! lab.rtt("a", "b", std::time::Duration::from_millis(30))?;
//! lab.cut("a", "b")?;
//! let reached = lab.command("a", "ping").args(["-c1", &lab.address("b")?.to_string()]).status();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod hub;
mod lab;
mod link;
mod namespace;
mod tun;

pub use lab::{Error, Lab, Unavailable, unavailable};
pub use link::LinkState;
