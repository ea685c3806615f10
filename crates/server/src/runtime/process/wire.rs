//! Messages between a site and the processes of its modules: MessagePack with field names, after the
//! length in four bytes. Both ends are the same binary.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Error, ErrorKind, Read, Write};

/// No batch of entries comes near this.
const BYTES_MAX: usize = 1 << 30;

/// Sends a message.
///
/// # Errors
/// When it cannot be written, or the other end is gone.
pub fn send(to: &mut impl Write, message: &impl Serialize) -> Result<(), Error> {
    let mut bytes = vec![0; 4];
    rmp_serde::encode::write_named(&mut bytes, message).map_err(Error::other)?;
    let length = bytes.len() - 4;
    let prefix = u32::try_from(length).ok().filter(|_| length <= BYTES_MAX);
    let prefix = prefix.ok_or_else(|| Error::other("a message is too large"))?;
    bytes[..4].copy_from_slice(&prefix.to_be_bytes());
    to.write_all(&bytes)
}

/// Receives a message; `None` where the other end is gone in good order.
///
/// # Errors
/// When it cannot be read, breaks off, or is none.
pub fn receive<T: DeserializeOwned>(from: &mut impl Read) -> Result<Option<T>, Error> {
    let mut prefix = [0; 4];
    match from.read_exact(&mut prefix) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = usize::try_from(u32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
    if length > BYTES_MAX {
        return Err(Error::new(ErrorKind::InvalidData, "a message is too large"));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(length).unwrap_or(u64::MAX);
    if from.take(limit).read_to_end(&mut bytes)? < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let message = rmp_serde::from_slice(&bytes).map_err(Error::other)?;
    Ok(Some(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::place::Work;
    use journal::partition::{Input, Via};
    use journal::{DataKey, KeyRing};
    use kernel::{Actor, Command, CommandId, KeyId, SiteName, Timestamp};
    use serde_json::json;

    #[test]
    fn what_is_sent_arrives_as_it_was() {
        let mut keys = KeyRing::default();
        keys.insert(KeyId(3), DataKey::from_bytes([7; 32]));
        let command = Command {
            id: CommandId::derived("one"),
            name: "post-message".into(),
            actor: Actor::Site(SiteName::new("a").unwrap()),
            body: json!({ "a": [1, -1, 1.5, u64::MAX, null, "文"], "b": {} }),
            digest: [9; 32],
        };
        let inputs = vec![
            Input::Submit {
                waiter: 4,
                via: Via::Client,
                command,
            },
            Input::Keys(keys),
            Input::Noticed(u64::MAX),
        ];
        let work = Work {
            now: Timestamp(i64::MIN),
            inputs,
            fault: None,
        };
        let mut bytes = Vec::new();
        send(&mut bytes, &work).unwrap();
        let mut left = bytes.as_slice();
        let read: Work = receive(&mut left).unwrap().unwrap();
        assert_eq!(format!("{read:?}"), format!("{work:?}"));
        let Input::Keys(keys) = &read.inputs[1] else {
            panic!("not the keys")
        };
        assert_eq!(keys, &{
            let mut keys = KeyRing::default();
            keys.insert(KeyId(3), DataKey::from_bytes([7; 32]));
            keys
        });
        assert!(receive::<Work>(&mut left).unwrap().is_none());
    }

    #[test]
    fn what_breaks_off_is_no_message() {
        let mut bytes = Vec::new();
        send(&mut bytes, &"whole").unwrap();
        for end in 4..bytes.len() {
            assert!(receive::<String>(&mut &bytes[..end]).is_err());
        }
        assert!(receive::<String>(&mut [0xff; 8].as_slice()).is_err());
    }
}
