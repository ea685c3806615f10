//! How the allocator gives memory back.
//!
//! Hashing a password takes some 20 MiB for a moment. By default glibc learns to keep blocks of that
//! size, in an arena per thread, and a server that signs many people in ends up holding gigabytes.

/// Larger blocks are mapped for themselves and given back as soon as they are free.
const MAPPED_FROM_BYTES: libc::c_int = 1 << 20;
/// Arenas; more than these only spread free memory about.
const ARENAS_MAX: libc::c_int = 4;

/// Sets the allocator up; call it before any thread is started.
#[cfg(target_env = "gnu")]
pub fn set_up() {
    // SAFETY: mallopt takes two integers and touches nothing but the allocator's own settings; no
    // other thread runs yet.
    let done = unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM_BYTES) == 1
            && libc::mallopt(libc::M_ARENA_MAX, ARENAS_MAX) == 1
    };
    if !done {
        tracing::warn!("the allocator keeps its usual settings");
    }
}

/// Other allocators are left as they are.
#[cfg(not(target_env = "gnu"))]
pub fn set_up() {}
