//! The process of a module: holds the cores of its partitions, each on a thread of its own, and does
//! what the site tells it. It keeps nothing that the site could miss: views and chains are elsewhere.

use super::wire;
use crate::runtime::place::{Failure, Hosted, Opening, Running, State, Work};
use journal::KeyRing;
use journal::partition::Config;
use kernel::Module;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::io::{Error, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// What a partition takes by being there: its thread's stack, and what SQLite keeps of its view.
const PARTITION_MIB: u64 = 8;

/// The first message on a partition's socket.
#[derive(Serialize, Deserialize)]
pub struct Hello {
    pub config: Config,
    pub view_path: PathBuf,
    #[serde(with = "journal::seal::beside")]
    pub keys: KeyRing,
}

/// Runs a module for the site that started this process, until that site is gone. `control` is the
/// socket on which the site sends one socket for each partition.
///
/// # Errors
/// When the memory cannot be limited or the socket fails.
pub fn host(module: &Arc<dyn Module>, control: OwnedFd, memory_mib: u64) -> Result<(), Error> {
    let open = Arc::new(());
    while let Some(socket) = next_socket(&control)? {
        // Those that are open, and the one that comes.
        let partitions = u64::try_from(Arc::strong_count(&open)).unwrap_or(u64::MAX);
        limit_memory(memory_mib.saturating_add(partitions.saturating_mul(PARTITION_MIB)))?;
        let (module, open) = (Arc::clone(module), Arc::clone(&open));
        let name = format!("w-{}", module.name());
        std::thread::Builder::new().name(name).spawn(move || {
            if let Err(error) = serve(UnixStream::from(socket), &module) {
                tracing::warn!(%error, "a partition's socket failed");
            }
            drop(open);
        })?;
    }
    Ok(())
}

/// Limits private memory that can be written to, which is what a leak takes: a file that is mapped does
/// not count.
fn limit_memory(mib: u64) -> Result<(), Error> {
    let bytes = mib.saturating_mul(1 << 20);
    let maximum = getrlimit(Resource::Data).maximum;
    let limit = Rlimit {
        current: Some(maximum.map_or(bytes, |maximum| bytes.min(maximum))),
        maximum,
    };
    Ok(setrlimit(Resource::Data, limit)?)
}

/// The next partition's socket; `None` when the site is gone.
fn next_socket(control: &OwnedFd) -> Result<Option<OwnedFd>, Error> {
    let mut byte = [0_u8; 1];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(
        control.as_fd(),
        &mut [IoSliceMut::new(&mut byte)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    if received.bytes == 0 {
        return Ok(None);
    }
    let sockets = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut sockets) => sockets.next(),
        _ => None,
    });
    sockets
        .map(Some)
        .ok_or_else(|| Error::other("a message without a socket"))
}

fn serve(mut socket: UnixStream, module: &Arc<dyn Module>) -> Result<(), Error> {
    let Some(hello) = wire::receive::<Hello>(&mut socket)? else {
        return Ok(());
    };
    let opened = Hosted::open(Opening {
        config: &hello.config,
        module,
        view_path: &hello.view_path,
        keys: hello.keys,
    });
    let opened = opened.and_then(|core| core.state().map(|state| (core, state)));
    let mut core = match opened {
        Ok((core, state)) => {
            wire::send(&mut socket, &Ok::<State, Failure>(state))?;
            core
        }
        Err(failure) => return wire::send(&mut socket, &Err::<State, Failure>(failure)),
    };
    while let Some(mut work) = wire::receive::<Work>(&mut socket)? {
        let fault = work.fault.take();
        let stepped = catch_unwind(AssertUnwindSafe(|| {
            if let Some(fault) = fault {
                fault.happen_alone();
            }
            core.step(work)
        }))
        .unwrap_or_else(|panic| Err(Failure::panicked(&*panic)));
        let has_failed = stepped.is_err();
        if has_failed {
            // The file is let go before the site hears that it may be removed.
            drop(core);
            return wire::send(&mut socket, &stepped);
        }
        wire::send(&mut socket, &stepped)?;
    }
    Ok(())
}
