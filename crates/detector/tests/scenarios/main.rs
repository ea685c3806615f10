//! What the detectors say of simulated workspaces: attacks, honest work, replays.

mod attacks;
mod honest;
mod replays;
mod workspace;
