//! Commands that were being worked on when the module broke off. One of them may be the cause: it is
//! tried once more, alone, and after that refused, so that no command can keep a module down.

use kernel::{CommandId, Refusal};
use std::collections::HashMap;

/// So many breaks a command may have been part of.
const BREAKS_MAX: u8 = 2;
/// Commands remembered; more at once are no single command's doing.
const REMEMBERED_MAX: usize = 4_096;

/// What to do with a command.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Work on it.
    Admit,
    /// Not now: a suspect is tried alone.
    Later,
    /// Never: it was there each time.
    Refuse,
}

/// The commands under suspicion at one partition of this site.
#[derive(Debug, Default)]
pub struct Suspects {
    breaks: HashMap<CommandId, u8>,
    alone: Option<CommandId>,
}

impl Suspects {
    /// Whether a command may be worked on now; `is_idle`: nothing else is.
    pub fn judge(&mut self, command: CommandId, is_idle: bool) -> Verdict {
        match self.breaks.get(&command).copied().unwrap_or(0) {
            breaks if breaks >= BREAKS_MAX => Verdict::Refuse,
            _ if self.alone.is_some() => Verdict::Later,
            0 => Verdict::Admit,
            _ if !is_idle => Verdict::Later,
            _ => {
                self.alone = Some(command);
                Verdict::Admit
            }
        }
    }

    /// A command was answered.
    pub fn answered(&mut self, command: CommandId) {
        if self.alone == Some(command) {
            self.alone = None;
            self.breaks.remove(&command);
        }
    }

    /// The module broke off while these were worked on.
    pub fn broke_off(&mut self, commands: impl Iterator<Item = CommandId>) {
        self.alone = None;
        if self.breaks.len() >= REMEMBERED_MAX {
            self.breaks.clear();
        }
        for command in commands.take(REMEMBERED_MAX) {
            *self.breaks.entry(command).or_default() += 1;
        }
    }
}

/// What whoever sent such a command is told.
pub fn refusal() -> Refusal {
    Refusal::failed(
        "command_breaks_module",
        "the module broke off twice while it worked on this command; it is not tried again here",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_breaks_the_module_twice_is_refused_and_an_innocent_one_is_not() {
        let mut suspects = Suspects::default();
        let [bad, good, new] = ["bad", "good", "new"].map(CommandId::derived);
        assert_eq!(suspects.judge(bad, true), Verdict::Admit);
        assert_eq!(suspects.judge(good, false), Verdict::Admit);
        suspects.broke_off([bad, good].into_iter());

        assert_eq!(suspects.judge(new, true), Verdict::Admit);
        assert_eq!(suspects.judge(good, false), Verdict::Later);
        suspects.answered(new);
        assert_eq!(suspects.judge(good, true), Verdict::Admit);
        assert_eq!(suspects.judge(new, false), Verdict::Later);
        assert_eq!(suspects.judge(bad, false), Verdict::Later);
        suspects.answered(good);
        assert_eq!(suspects.judge(bad, true), Verdict::Admit);
        suspects.broke_off([bad].into_iter());

        assert_eq!(suspects.judge(bad, true), Verdict::Refuse);
        assert_eq!(suspects.judge(good, false), Verdict::Admit);
    }
}
