//! JSON entries as rows: one at a time, whatever the entry's size.

use super::Archive;
use crate::ArchiveError;
use serde::Deserializer as _;
use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde_json::Value;
use std::io::BufReader;
use std::ops::ControlFlow;

/// Entries up to this size are read whole, which is faster.
const WHOLE_BYTES_MAX: u64 = 8 * 1024 * 1024;

impl Archive {
    /// Gives every element of the array in the entry `name` to `take`, with its index.
    pub(crate) fn rows(
        &mut self,
        name: &str,
        mut take: impl FnMut(usize, Value) -> ControlFlow<()>,
    ) -> Result<(), ArchiveError> {
        let is_small = self.size(name).is_some_and(|size| size <= WHOLE_BYTES_MAX);
        let entry = name.to_owned();
        self.read(name, move |reader| {
            if is_small {
                let mut bytes = Vec::new();
                reader
                    .read_to_end(&mut bytes)
                    .map_err(|e| ArchiveError::Damaged {
                        entry: entry.clone(),
                        cause: e.to_string(),
                    })?;
                each(
                    &mut serde_json::Deserializer::from_slice(&bytes),
                    &entry,
                    &mut take,
                )
            } else {
                let reader = BufReader::with_capacity(128 * 1024, reader);
                each(
                    &mut serde_json::Deserializer::from_reader(reader),
                    &entry,
                    &mut take,
                )
            }
        })
    }
}

fn each<'de, R: serde_json::de::Read<'de>>(
    json: &mut serde_json::Deserializer<R>,
    entry: &str,
    take: &mut dyn FnMut(usize, Value) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    let mut is_over = false;
    let each = Each {
        take,
        is_over: &mut is_over,
    };
    let done = json.deserialize_seq(each);
    match done.and_then(|()| json.end()) {
        Ok(()) => Ok(()),
        // The taker had enough.
        Err(_) if is_over => Ok(()),
        Err(error) => Err(failure(entry, &error)),
    }
}

fn failure(entry: &str, error: &serde_json::Error) -> ArchiveError {
    let (entry, cause) = (entry.into(), error.to_string());
    match error.classify() {
        serde_json::error::Category::Data => ArchiveError::WrongShape { entry, cause },
        serde_json::error::Category::Io => ArchiveError::Damaged { entry, cause },
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof => {
            ArchiveError::NotJson { entry, cause }
        }
    }
}

/// Reads an element, naming the field that does not fit.
pub(crate) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if path == "." {
            inner.to_string()
        } else {
            format!("{path}: {inner}")
        }
    })
}

struct Each<'a> {
    take: &'a mut dyn FnMut(usize, Value) -> ControlFlow<()>,
    is_over: &'a mut bool,
}

impl<'de> Visitor<'de> for Each<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(value) = seq.next_element::<Value>()? {
            if (self.take)(index, value).is_break() {
                *self.is_over = true;
                return Err(serde::de::Error::custom("enough"));
            }
            index += 1;
        }
        Ok(())
    }
}
