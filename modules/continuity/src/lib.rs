//! The continuity record: verdicts, failovers and drills.
