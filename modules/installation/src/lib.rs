//! Accounts, credentials, keys and workspaces of the whole installation.
