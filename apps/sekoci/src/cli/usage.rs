//! Arguments that cannot be used: one line on stderr, like every other error.

use super::Failure;
use clap::error::ErrorKind;
use std::process::ExitCode;

/// Prints what was asked for (help, version) or what is wrong, and gives the exit code.
#[must_use]
pub fn report(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that has gone away has seen enough.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            ExitCode::from(2)
        }
        _ => Failure::refused(line(&error.render().to_string())).report(),
    }
}

/// The first paragraph on one line; usage and tips are what `--help` is for.
fn line(rendered: &str) -> String {
    let paragraph = rendered.split("\n\n").next().unwrap_or(rendered);
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    let line = words.join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_fits_on_a_line() {
        let rendered = "error: the following required arguments were not provided:\n  --url <URL>\n\nUsage: sekoci status --url <URL>\n\nFor more information, try '--help'.\n";
        assert_eq!(
            line(rendered),
            "the following required arguments were not provided: --url <URL>"
        );
    }
}
