//! Starting one child: network namespace, user, log, and death with its supervisor.

use nix::sched::{CloneFlags, setns};
use nix::unistd::{Gid, Uid, User};
use std::ffi::{CString, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A log longer than this is put aside when its child starts, in bytes.
const LOG_MAX: u64 = 16 << 20;

/// Who a child runs as.
#[derive(Clone, Debug)]
pub struct Account {
    pub uid: Uid,
    pub gid: Gid,
    groups: Vec<libc::gid_t>,
}

/// Looks up `user` when we are root; `None` when we are not and children stay what we are.
pub fn account(user: &str) -> io::Result<Option<Account>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let missing = || io::Error::new(io::ErrorKind::NotFound, format!("there is no user {user}"));
    let found = User::from_name(user)?.ok_or_else(missing)?;
    let name = CString::new(user)?;
    let groups = nix::unistd::getgrouplist(&name, found.gid)?;
    let groups = groups.into_iter().map(Gid::as_raw).collect();
    Ok(Some(Account {
        uid: found.uid,
        gid: found.gid,
        groups,
    }))
}

/// Moves the calling thread, and so every child it starts, into a network namespace.
pub fn enter_namespace(name: &str) -> io::Result<()> {
    let namespace = File::open(Path::new("/run/netns").join(name))?;
    Ok(setns(namespace, CloneFlags::CLONE_NEWNET)?)
}

/// One program to start.
#[derive(Clone, Debug)]
pub struct Program {
    pub name: String,
    pub program: PathBuf,
    pub args: Vec<OsString>,
    pub env: Vec<(OsString, OsString)>,
    pub dir: PathBuf,
    pub account: Option<Account>,
}

/// Starts `program`. It gets SIGKILL when the calling *thread* ends, so the caller must be a thread that
/// waits for it.
pub fn spawn(program: &Program) -> io::Result<Child> {
    let log = open_log(&program.dir.join(format!("{}.log", program.name)))?;
    let mut command = Command::new(&program.program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        // These would override the configuration files.
        if ["ETCD_", "PATRONI_", "PG"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    command
        .args(&program.args)
        .current_dir(&program.dir)
        .env("HOME", &program.dir)
        .env("LC_ALL", "C.UTF-8")
        .envs(program.env.iter().cloned())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0);
    let account = program.account.clone();
    let parent = nix::unistd::getpid().as_raw();
    // SAFETY: the closure makes only system calls and allocates nothing; `become_child` keeps to that.
    unsafe { command.pre_exec(move || become_child(account.as_ref(), parent)) };
    command.spawn()
}

/// Runs in the child between fork and exec: async-signal-safe calls only.
fn become_child(account: Option<&Account>, parent: i32) -> io::Result<()> {
    let checked = |result: libc::c_int| match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    };
    if let Some(account) = account {
        // SAFETY: the pointer and the length are those of a live vector.
        checked(unsafe { libc::setgroups(account.groups.len(), account.groups.as_ptr()) })?;
        // SAFETY: takes plain numbers.
        checked(unsafe { libc::setgid(account.gid.as_raw()) })?;
        // SAFETY: takes plain numbers.
        checked(unsafe { libc::setuid(account.uid.as_raw()) })?;
    }
    // After setuid, which would clear it.
    // SAFETY: takes plain numbers.
    checked(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })?;
    // SAFETY: takes nothing.
    if unsafe { libc::getppid() } != parent {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    Ok(())
}

fn open_log(path: &Path) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|log| log.len() > LOG_MAX) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}
