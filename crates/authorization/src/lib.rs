//! Authorisation with Cedar policies over facts a site holds itself.
