//! Probe, verdict, plan, execute.
