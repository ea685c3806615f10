//! Invitation codes: what a newcomer is handed. The code names its workspace and follows from the
//! invitation's id and a key of the workspace, so that asking again with the same command id gives
//! the same code although it is stored nowhere; the journal holds only its hash.

use crate::commands::{Invite, InvitePrepared};
use crate::events::InvitationId;
use kernel::{Refusal, WorkspaceId, hex, id::Uuid, parse_body};
use serde_json::Value;

/// A code that lets one newcomer in: 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode {
    workspace: WorkspaceId,
    secret: [u8; 16],
}

impl InvitationCode {
    /// The code of an invitation. `key` is the first data key of the workspace, which stays when
    /// keys rotate.
    #[must_use]
    pub fn of(key: &[u8; 32], workspace: WorkspaceId, invitation: InvitationId) -> Self {
        let key = blake3::derive_key("sekoci 2026 invitation code", key);
        let mut hasher = blake3::Hasher::new_keyed(&key);
        hasher.update(workspace.0.as_bytes());
        hasher.update(invitation.0.as_bytes());
        let mut secret = [0; 16];
        hasher.finalize_xof().fill(&mut secret);
        Self { workspace, secret }
    }

    /// Reads a code as a newcomer typed or pasted it; `None` for text that is no code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = hex::decode32(text.trim())?;
        let (mut workspace, mut secret) = ([0; 16], [0; 16]);
        workspace.copy_from_slice(&bytes[..16]);
        secret.copy_from_slice(&bytes[16..]);
        Some(Self {
            workspace: WorkspaceId(Uuid::from_bytes(workspace)),
            secret,
        })
    }

    /// The workspace it leads into.
    #[must_use]
    pub const fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The code as text, to be handed to the newcomer.
    #[must_use]
    pub fn reveal(&self) -> String {
        hex::encode(&[*self.workspace.0.as_bytes(), self.secret].concat())
    }

    /// The hash under which the directory knows it.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("sekoci 2026 invitation code hash");
        hasher.update(self.workspace.0.as_bytes());
        hasher.update(&self.secret);
        hex::encode(hasher.finalize().as_bytes())
    }
}

impl std::fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvitationCode({}/…)", self.workspace)
    }
}

/// A command as it is decided, and what only the HTTP answer shows.
#[derive(Debug)]
pub struct Prepared {
    /// The command's body for [`kernel::Command::body`].
    pub body: Value,
    /// The code to add to the answer of `invite` as `code`.
    pub code: Option<InvitationCode>,
}

/// Makes of what a client sent what is decided. To be called for every command of this module:
/// `invite` gets the hash of its code here, the others pass as they are.
///
/// # Errors
/// `malformed` where an `invite` does not have its shape.
pub fn prepare(
    name: &str,
    sent: Value,
    workspace: WorkspaceId,
    key: &[u8; 32],
) -> Result<Prepared, Refusal> {
    if name != "invite" {
        return Ok(Prepared {
            body: sent,
            code: None,
        });
    }
    let wish: Invite = parse_body(&sent)?;
    let code = InvitationCode::of(key, workspace, wish.invitation_id);
    let prepared = InvitePrepared {
        wish,
        code_hash: code.hash(),
    };
    Ok(Prepared {
        body: serde_json::to_value(prepared).map_err(|e| Refusal::malformed(&e))?,
        code: Some(code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOME: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const INVITATION: InvitationId = InvitationId(Uuid::from_u128(2));

    #[test]
    fn a_code_is_read_back_and_follows_from_its_invitation() {
        let code = InvitationCode::of(&[7; 32], HOME, INVITATION);
        let read = InvitationCode::parse(&format!(" {}\n", code.reveal())).unwrap();
        assert_eq!((read.workspace(), read.hash()), (HOME, code.hash()));
        assert_eq!(InvitationCode::of(&[7; 32], HOME, INVITATION), code);
        assert_ne!(InvitationCode::of(&[8; 32], HOME, INVITATION), code);
        let other = InvitationId(Uuid::from_u128(3));
        assert_ne!(
            InvitationCode::of(&[7; 32], HOME, other).hash(),
            code.hash()
        );
        assert_eq!(InvitationCode::parse("hello"), None);
    }

    #[test]
    fn preparing_an_invitation_adds_the_hash_and_nothing_of_the_code() {
        let sent = json!({"invitation_id": INVITATION, "role": "member"});
        let prepared = prepare("invite", sent, HOME, &[7; 32]).unwrap();
        let code = prepared.code.unwrap();
        assert_eq!(prepared.body["code_hash"], code.hash());
        assert!(!prepared.body.to_string().contains(&code.reveal()[32..]));
    }

    #[test]
    fn a_client_cannot_bring_its_own_hash() {
        let sent = json!({"invitation_id": INVITATION, "role": "member", "code_hash": "00"});
        assert_eq!(
            prepare("invite", sent, HOME, &[7; 32]).unwrap_err().code,
            "malformed"
        );
        let sent =
            json!({"wish": {"invitation_id": INVITATION, "role": "member"}, "code_hash": "00"});
        assert_eq!(
            prepare("invite", sent, HOME, &[7; 32]).unwrap_err().code,
            "malformed"
        );
    }
}
