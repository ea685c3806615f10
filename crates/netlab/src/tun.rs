//! TUN devices: network interfaces whose packets we read and write.

use nix::errno::Errno;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;

const IFF_TUN: libc::c_short = 0x0001;
const IFF_NO_PI: libc::c_short = 0x1000;

/// `struct ifreq` as `TUNSETIFF` reads it.
#[repr(C)]
struct InterfaceRequest {
    name: [u8; libc::IFNAMSIZ],
    flags: libc::c_short,
    rest: [u8; 22],
}

nix::ioctl_write_int!(tun_set_interface, b'T', 202);

/// Makes a TUN device called `name` in the calling thread's network namespace; it vanishes with the file.
/// Fails with `EBUSY` when the name is taken.
pub fn open(name: &str) -> io::Result<OwnedFd> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(libc::O_CLOEXEC);
    let file: File = options.open("/dev/net/tun")?;
    let mut request = InterfaceRequest {
        name: [0; libc::IFNAMSIZ],
        flags: IFF_TUN | IFF_NO_PI,
        rest: [0; 22],
    };
    if name.len() >= libc::IFNAMSIZ {
        return Err(Errno::ENAMETOOLONG.into());
    }
    request.name[..name.len()].copy_from_slice(name.as_bytes());
    let pointer = std::ptr::from_mut(&mut request) as nix::sys::ioctl::ioctl_param_type;
    // SAFETY: the descriptor is open and the pointer is to a live, complete `ifreq`.
    unsafe { tun_set_interface(file.as_raw_fd(), pointer) }?;
    Ok(file.into())
}
