//! The two-site client.
