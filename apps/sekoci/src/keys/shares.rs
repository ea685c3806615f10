//! Reading shares: files as they were made, photographed text, or standard input.

use crate::cli::Failure;
use std::io::Read;
use std::path::{Path, PathBuf};
use vault::custody::share_text::{BEGINNING, ShareTextError};
use vault::custody::{CombineError, Combined, Share, combine};
use zeroize::Zeroizing;

/// Larger than every file with shares; a larger one is some other file.
const FILE_MAX: u64 = 1 << 20;

/// Which shares are given.
#[derive(clap::Args, Debug)]
pub struct Shares {
    /// File with a share, as it was made or typed; - is standard input. Give enough of them
    #[arg(long = "share", value_name = "FILE", required = true, num_args = 1..)]
    files: Vec<PathBuf>,
}

impl Shares {
    /// The shares in these files.
    pub const fn of(files: Vec<PathBuf>) -> Self {
        Self { files }
    }

    /// Reads them all.
    ///
    /// # Errors
    /// Which file cannot be used, and why.
    pub fn read(&self) -> Result<Vec<Share>, Failure> {
        let inputs = self.files.iter().filter(|file| is_stdin(file)).count();
        if inputs > 1 {
            return Err(Failure::argument("--share", "- can be given once"));
        }
        let mut shares = Vec::new();
        for file in &self.files {
            let bad = |cause: &dyn std::fmt::Display| {
                Failure::argument("--share", format!("{}: {cause}", file.display()))
            };
            let text = read(file).map_err(|e| bad(&e))?;
            let found = shares_in(&text).map_err(|e| bad(&e))?;
            shares.extend(found);
        }
        Ok(shares)
    }
}

/// Combines shares; says on standard error which of them are not genuine.
///
/// # Errors
/// What is wrong with them: refused where they do not belong together or are too few, failed where
/// they are not genuine.
pub fn combined(shares: &[Share]) -> Result<Combined, Failure> {
    let combined = combine(shares).map_err(|error| failure(&error))?;
    for holder in &combined.not_genuine {
        eprintln!("sekoci: warning: {holder} is not genuine; it was left out");
    }
    Ok(combined)
}

/// How a failure to combine ends the command.
pub fn failure(error: &CombineError) -> Failure {
    match error {
        CombineError::None
        | CombineError::OtherSet { .. }
        | CombineError::Twice(_)
        | CombineError::TooFew { .. } => Failure::argument("--share", error),
        CombineError::Contradiction { .. }
        | CombineError::Impostor(..)
        | CombineError::NotGenuine(_)
        | CombineError::TooFewGenuine { .. }
        | CombineError::NotFound { .. }
        | CombineError::Arithmetic(_) => Failure::failed(format!("--share: {error}")),
    }
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

fn read(file: &Path) -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let read = if is_stdin(file) {
        std::io::stdin()
            .take(FILE_MAX + 1)
            .read_to_string(&mut text)?
    } else {
        std::fs::File::open(file)?
            .take(FILE_MAX + 1)
            .read_to_string(&mut text)?
    };
    if read as u64 > FILE_MAX {
        return Err(std::io::Error::other("it is too large for shares"));
    }
    Ok(text)
}

/// Every share in a text: a page's marked part, or all lines that are no comments.
fn shares_in(text: &str) -> Result<Vec<Share>, ShareTextError> {
    let marked = marked(text);
    let lines = marked
        .unwrap_or(text)
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let mut squeezed = Zeroizing::new(String::with_capacity(text.len()));
    for character in lines.flat_map(str::chars).filter(|c| !c.is_whitespace()) {
        squeezed.push(character.to_ascii_lowercase());
    }
    let begins: Vec<usize> = squeezed
        .match_indices(BEGINNING)
        .map(|(at, _)| at)
        .collect();
    if begins.first() != Some(&0) {
        return Err(ShareTextError::Beginning);
    }
    let ends = begins[1..].iter().copied().chain([squeezed.len()]);
    begins
        .iter()
        .zip(ends)
        .map(|(&begin, end)| Share::from_text(&squeezed[begin..end]))
        .collect()
}

/// What stands in the part of a page that is marked as the share.
fn marked(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once(super::page::MARK)?;
    rest.split_once('<').map(|(share, _)| share)
}

#[cfg(test)]
mod tests {
    use super::super::ceremony::tests::{made, shares_of};
    use super::super::{page, sheet};
    use super::*;

    #[test]
    fn shares_are_found_in_pages_sheets_and_plain_text() {
        let made = made();
        let [first, second] = [&made.shares[0], &made.shares[1]];
        let page = page::page(first, &made.trust).unwrap();
        let sheet = sheet::sheet(second, &made.trust);
        assert_eq!(shares_in(&page).unwrap(), std::slice::from_ref(first));
        assert_eq!(shares_in(&sheet).unwrap(), std::slice::from_ref(second));
        let both = format!("{}\n\n{}", first.to_line().as_str(), sheet.as_str());
        assert_eq!(shares_in(&both).unwrap(), [first.clone(), second.clone()]);
    }

    #[test]
    fn what_is_no_share_is_refused() {
        let line = shares_of(&made())[0].to_line().to_string();
        for bad in [
            "",
            "# only a comment",
            "hello",
            &format!("x{line}"),
            "<pre>",
        ] {
            let refused = shares_in(bad).unwrap_err();
            assert_eq!(refused, ShareTextError::Beginning, "{bad}");
        }
        assert!(shares_in(&format!("{line} and more")).is_err());
    }
}
