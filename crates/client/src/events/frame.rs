//! The frames of the event stream.

use kernel::PartitionId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// A frame a site sends.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    Event {
        partition: PartitionId,
        seq: u64,
        body: Value,
    },
    At {
        partition: PartitionId,
        at: u64,
    },
    Reset {
        partition: PartitionId,
    },
    Site(Value),
    Pong,
    Goodbye {
        reason: String,
        retry_after: Duration,
    },
}

/// Longest wait a goodbye may ask for.
const WAIT_MAX: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Raw {
    partition: Option<PartitionId>,
    seq: Option<u64>,
    at: Option<u64>,
    reset: Option<bool>,
    site: Option<Value>,
    pong: Option<Value>,
    goodbye: Option<RawGoodbye>,
}

#[derive(Deserialize)]
struct RawGoodbye {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    retry_after_ms: u64,
}

/// The frame that asks for partitions.
pub(super) fn subscribe<'a>(
    partitions: impl IntoIterator<Item = (&'a PartitionId, u64)>,
) -> String {
    let asked: Vec<Value> = partitions
        .into_iter()
        .map(|(partition, after)| json!({ "partition": partition, "after": after }))
        .collect();
    json!({ "subscribe": asked }).to_string()
}

/// Reads a frame.
pub(super) fn read(text: &str) -> Result<Frame, String> {
    let raw: Raw = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if let Some(goodbye) = raw.goodbye {
        return Ok(Frame::Goodbye {
            reason: goodbye.reason,
            retry_after: Duration::from_millis(goodbye.retry_after_ms).min(WAIT_MAX),
        });
    }
    if raw.pong.is_some() {
        return Ok(Frame::Pong);
    }
    match (raw.partition, raw.seq, raw.reset, raw.at) {
        (Some(partition), Some(seq), _, _) => Ok(Frame::Event {
            partition,
            seq,
            body: serde_json::from_str(text).map_err(|e| e.to_string())?,
        }),
        (Some(partition), None, Some(true), _) => Ok(Frame::Reset { partition }),
        (Some(partition), None, _, Some(at)) => Ok(Frame::At { partition, at }),
        _ => raw
            .site
            .map(Frame::Site)
            .ok_or_else(|| "neither event nor position nor state".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PARTITION: &str = "00000000-0000-0000-0000-000000000001/messaging";

    #[test]
    fn every_kind_of_frame_is_read() {
        let partition: PartitionId = PARTITION.parse().unwrap();
        let event = format!(r#"{{"partition":"{PARTITION}","seq":4,"time":1,"events":[]}}"#);
        assert!(matches!(read(&event), Ok(Frame::Event { seq: 4, .. })));
        assert_eq!(
            read(&format!(r#"{{"partition":"{PARTITION}","at":9}}"#)),
            Ok(Frame::At {
                partition: partition.clone(),
                at: 9
            })
        );
        assert_eq!(
            read(&format!(r#"{{"partition":"{PARTITION}","reset":true}}"#)),
            Ok(Frame::Reset { partition })
        );
        assert_eq!(read(r#"{"pong":3}"#), Ok(Frame::Pong));
        assert!(matches!(
            read(r#"{"goodbye":{"reason":"draining","retry_after_ms":99999999}}"#),
            Ok(Frame::Goodbye { retry_after, .. }) if retry_after == WAIT_MAX
        ));
        assert!(matches!(read(r#"{"site":{}}"#), Ok(Frame::Site(_))));
        assert!(read("{}").is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text: String) {
            let _ = read(&text);
        }
    }
}
