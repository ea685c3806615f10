//! A site.
