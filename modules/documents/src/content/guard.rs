//! Reads an update's bytes before anything else touches them. An update comes from outside: what is
//! not the wire format (Yjs, version 1), names more than it carries, or is not made of the kinds of
//! content that documents have, is refused here with the place and the reason. Nothing is allocated
//! for a length that the bytes do not cover, and elements that lie too deep in each other (which
//! would exhaust the stack further on) do not pass.

mod items;

use items::{Id, Item, Items, Link};

/// The root that documents have.
pub const ROOT: &str = "default";
/// The deepest that values of attributes may lie in each other.
const VALUE_NESTING_MAX: usize = 16;
/// Clocks are counted in 32 bits, half of which are plenty.
const CLOCK_MAX: u64 = 1 << 31;
/// Clients are numbers a browser can hold.
const CLIENT_MAX: u64 = 1 << 53;

/// Kinds of content, as they are numbered.
const TEXT: u8 = 4;
const EMBED: u8 = 5;
const TYPE: u8 = 7;
const VALUES: u8 = 8;

const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const HAS_PARENT_SUB: u8 = 0x20;

/// Why the bytes are no update of a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {at}: {what}")]
pub struct Malformed {
    /// Where.
    pub at: usize,
    /// What is wrong there.
    pub what: String,
}

/// Nothing, where the bytes are an update of a document.
///
/// # Errors
/// [`Malformed`].
pub fn check(bytes: &[u8]) -> Result<(), Malformed> {
    parts(bytes).map(drop)
}

/// What an update is made of.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    /// Where what it deletes begins; before that is what it makes.
    pub deletes_at: usize,
    /// Client, first clock and length of each text, embedded thing and element it makes.
    pub written: Vec<(u64, u64, u64)>,
    /// Whether it makes elements or texts.
    pub makes_elements: bool,
    /// Whether it may set attributes.
    pub sets_attributes: bool,
}

/// The same as [`check`], and what the update is made of.
///
/// # Errors
/// [`Malformed`].
pub fn parts(bytes: &[u8]) -> Result<Parts, Malformed> {
    let mut reader = Reader { bytes, at: 0 };
    let items = reader.structs()?;
    let deletes_at = reader.at;
    reader.delete_set()?;
    if reader.at != bytes.len() {
        return reader.fail("the update ends before the bytes do");
    }
    items.check_nesting()?;
    let has = |kind: u8| items.all.iter().any(|item| item.kind == kind);
    Ok(Parts {
        deletes_at,
        written: items.written(),
        makes_elements: has(TYPE),
        sets_attributes: has(VALUES),
    })
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, what: impl Into<String>) -> Result<T, Malformed> {
        Err(Malformed {
            at: self.at,
            what: what.into(),
        })
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let Some(byte) = self.bytes.get(self.at) else {
            return self.fail("the bytes end too early");
        };
        self.at += 1;
        Ok(*byte)
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], Malformed> {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let end = self.at.saturating_add(len);
        let Some(taken) = self.bytes.get(self.at..end) else {
            return self.fail("a length goes beyond the bytes");
        };
        self.at = end;
        Ok(taken)
    }

    fn number(&mut self, below: u64) -> Result<u64, Malformed> {
        let mut number = 0_u64;
        for shift in (0..).step_by(7).take(9) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                if number >= below {
                    return self.fail("a number is too large");
                }
                return Ok(number);
            }
        }
        self.fail("a number is too long")
    }

    /// A number of things that take at least a byte each.
    fn count(&mut self) -> Result<u64, Malformed> {
        let count = self.number(CLOCK_MAX)?;
        if count > (self.bytes.len() - self.at) as u64 {
            return self.fail("there are fewer things than it says");
        }
        Ok(count)
    }

    fn len(&mut self) -> Result<u64, Malformed> {
        match self.number(CLOCK_MAX)? {
            0 => self.fail("a length is zero"),
            len => Ok(len),
        }
    }

    fn text(&mut self) -> Result<&'a str, Malformed> {
        let len = self.number(CLOCK_MAX)?;
        let bytes = self.take(len)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(_) => self.fail("a text is not UTF-8"),
        }
    }

    fn id(&mut self) -> Result<Id, Malformed> {
        Ok((self.number(CLIENT_MAX)?, self.number(CLOCK_MAX)?))
    }

    fn structs(&mut self) -> Result<Items, Malformed> {
        let mut items = Items::default();
        for _ in 0..self.count()? {
            let count = self.count()?;
            let client = self.number(CLIENT_MAX)?;
            let mut clock = self.number(CLOCK_MAX)?;
            let first = items.all.len();
            for _ in 0..count {
                let at = self.at;
                let (len, link) = self.structure()?;
                items.all.push(Item {
                    at,
                    clock,
                    len,
                    link,
                    kind: self.bytes[at] & 0x0f,
                });
                clock += len;
                if clock >= CLOCK_MAX {
                    return self.fail("a clock is too large");
                }
            }
            let range = first..items.all.len();
            if items.by_client.insert(client, range).is_some() {
                return self.fail("a client appears twice");
            }
        }
        Ok(items)
    }

    /// One item, or a run of forgotten or left out ones: its length and where it lies.
    fn structure(&mut self) -> Result<(u64, Link), Malformed> {
        let info = self.byte()?;
        if info == 0 || info == 10 {
            return Ok((self.len()?, Link::Base));
        }
        if info & 0x10 != 0 {
            return self.fail("a kind of content is unknown");
        }
        let has_origin = info & HAS_ORIGIN != 0;
        let has_right = info & HAS_RIGHT_ORIGIN != 0;
        let mut link = Link::Base;
        if has_right && !has_origin {
            link = Link::Beside(self.id()?);
        } else if has_origin {
            link = Link::Beside(self.id()?);
            if has_right {
                self.id()?;
            }
        }
        let mut is_attribute = false;
        if !has_origin && !has_right {
            is_attribute = info & HAS_PARENT_SUB != 0;
            if self.number(CLOCK_MAX)? == 1 {
                if self.text()? != ROOT {
                    return self.fail(format!("the only root of a document is {ROOT:?}"));
                }
                if is_attribute {
                    return self.fail("the root has no attributes");
                }
            } else {
                link = Link::In(self.id()?);
            }
            if is_attribute {
                self.text()?;
            }
        }
        Ok((self.content(info & 0x0f, is_attribute)?, link))
    }

    fn content(&mut self, kind: u8, is_attribute: bool) -> Result<u64, Malformed> {
        match kind {
            1 => self.len(),
            TEXT => match self.text()?.encode_utf16().count() {
                0 => self.fail("a text is empty"),
                len => Ok(len as u64),
            },
            EMBED => self.json().map(|()| 1),
            6 => {
                self.text()?;
                self.json().map(|()| 1)
            }
            TYPE if is_attribute => self.fail("an attribute is a plain value"),
            TYPE => {
                match self.byte()? {
                    3 => drop(self.text()?),
                    6 => {}
                    _ => return self.fail("documents hold elements and texts only"),
                }
                Ok(1)
            }
            VALUES => {
                let count = self.count()?;
                if count == 0 {
                    return self.fail("a length is zero");
                }
                for _ in 0..count {
                    self.value(VALUE_NESTING_MAX)?;
                }
                Ok(count)
            }
            _ => self.fail("documents do not hold this kind of content"),
        }
    }

    fn json(&mut self) -> Result<(), Malformed> {
        let text = self.text()?;
        if text == "undefined" {
            return Ok(());
        }
        match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Ok(_) => Ok(()),
            Err(_) => self.fail("a value is not JSON"),
        }
    }

    fn value(&mut self, nesting: usize) -> Result<(), Malformed> {
        if nesting == 0 {
            return self.fail("values lie too deep in each other");
        }
        match self.byte()? {
            120 | 121 | 126 | 127 => {}
            125 => {
                // A signed number: six bits in the first byte, then seven in each.
                let mut byte = self.byte()?;
                let mut more = 0;
                while byte & 0x80 != 0 {
                    more += 1;
                    if more > 8 {
                        return self.fail("a number is too long");
                    }
                    byte = self.byte()?;
                }
            }
            124 => drop(self.take(4)?),
            122 | 123 => drop(self.take(8)?),
            119 => drop(self.text()?),
            118 => {
                for _ in 0..self.count()? {
                    self.text()?;
                    self.value(nesting - 1)?;
                }
            }
            117 => {
                for _ in 0..self.count()? {
                    self.value(nesting - 1)?;
                }
            }
            _ => return self.fail("a kind of value is unknown"),
        }
        Ok(())
    }

    fn delete_set(&mut self) -> Result<(), Malformed> {
        for _ in 0..self.count()? {
            self.number(CLIENT_MAX)?;
            for _ in 0..self.count()? {
                let clock = self.number(CLOCK_MAX)?;
                if clock + self.len()? >= CLOCK_MAX {
                    return self.fail("a clock is too large");
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_passes_and_what_is_cut_does_not() {
        assert!(check(&[0, 0]).is_ok());
        for bytes in [&[] as &[u8], &[0], &[1], &[0, 0, 0], &[255; 40]] {
            assert!(check(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn lengths_that_are_not_covered_are_refused_at_once() {
        // Four billion clients, structs, characters, values, ranges.
        for bytes in [
            &[0xff, 0xff, 0xff, 0xff, 0x0f][..],
            &[1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0],
            &[
                1, 1, 1, 0, 4, 1, 7, b'd', b'e', b'f', b'a', b'u', b'l', b't', 0xff, 0xff, 0x0f,
            ],
            &[1, 1, 1, 0, 8, 0, 1, 0, 0xff, 0xff, 0xff, 0x0f],
            &[0, 1, 1, 0xff, 0xff, 0xff, 0x0f],
        ] {
            assert!(check(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn other_roots_and_other_content_are_refused() {
        let with = |root: &[u8], rest: &[u8]| {
            let mut bytes = vec![1, 1, 1, 0, rest[0], 1, u8::try_from(root.len()).unwrap()];
            bytes.extend(root);
            bytes.extend(&rest[1..]);
            bytes.push(0);
            bytes
        };
        assert!(check(&with(b"default", &[7, 3, 1, b'p'])).is_ok());
        let refused = |bytes: Vec<u8>, what: &str| {
            let malformed = check(&bytes).unwrap_err();
            assert!(malformed.what.contains(what), "{malformed}");
        };
        refused(with(b"notes", &[7, 3, 1, b'p']), "the only root");
        refused(with(b"default", &[7, 1]), "elements and texts only");
        refused(with(b"default", &[9, 0]), "this kind of content");
        refused(with(b"default", &[3, 0]), "this kind of content");
        refused(with(b"default", &[0x27, 1, b'a', 6]), "no attributes");
    }

    /// `depth` elements, each in the one before.
    fn nested(depth: u8) -> Vec<u8> {
        let mut bytes = vec![1, depth, 1, 0, 7, 1, 7];
        bytes.extend(b"default");
        bytes.extend([3, 1, b'p']);
        for clock in 0..depth - 1 {
            bytes.extend([7, 0, 1, clock, 3, 1, b'p']);
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn depth_is_bounded() {
        assert!(check(&nested(33)).is_ok());
        assert!(check(&nested(34)).unwrap_err().what.contains("too deep"));
        // An attribute's list in a list in a list …
        let mut bytes = vec![1, 1, 1, 0, 0x28, 0, 1, 0, 1, b'a', 1];
        bytes.extend([117, 1].repeat(17));
        bytes.extend([126, 0]);
        assert!(check(&bytes).unwrap_err().what.contains("too deep"));
    }

    #[test]
    fn an_item_in_itself_is_refused() {
        let bytes = [1, 1, 1, 0, 7, 0, 1, 0, 3, 1, b'p', 0];
        assert!(check(&bytes).unwrap_err().what.contains("in itself"));
        let beside = [1, 1, 1, 0, 0x84, 1, 0, 1, b'x', 0];
        assert!(check(&beside).unwrap_err().what.contains("in itself"));
    }
}
