//! From answers about an outage to a priority class and a maximum tolerable outage.
//!
//! **The rule.** An outage may not last until it does something *serious* – for people's safety,
//! something *moderate*. The earliest band in which an answer says so is the maximum tolerable outage;
//! without one it is 30 days. The class follows from it: up to 1 hour is class 1, up to 24 hours
//! class 2, up to 72 hours class 3, longer class 4. Where an outage harms people *severely* within 24
//! hours, it is class 1 whatever the hours say. People may decide otherwise, with a reason; what the
//! rule says is shown beside it.

use crate::events::{Answer, Because, Category, Impact, Level, Override};
use crate::limits::{NOTE_CHARS_MAX, OUTAGE_MS_MAX};
use kernel::{Refusal, check};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The times that are asked about: how long an outage has lasted, in milliseconds.
pub const BANDS_MS: [i64; 6] = [
    15 * MINUTE_MS,
    HOUR_MS,
    4 * HOUR_MS,
    24 * HOUR_MS,
    72 * HOUR_MS,
    168 * HOUR_MS,
];

/// What an outage may last that no answer makes urgent.
pub const TOLERABLE_MS_MAX: i64 = 720 * HOUR_MS;

/// The rule in words, for whoever is shown a class.
pub const RULE: &str = "The maximum tolerable outage is the earliest time at which an answer says serious (for \
     safety: moderate); without one it is 30 days. Up to 1 hour is class 1, up to 24 hours class 2, \
     up to 72 hours class 3, longer class 4. Severe harm to people within 24 hours is class 1.";

/// What follows from answers.
///
/// # Errors
/// `unknown_band`, `duplicate_answer`, `impact_falls`, and refusals of the override.
pub fn judge(answers: Vec<Answer>, other: Option<Override>) -> Result<Impact, Refusal> {
    check_answers(&answers)?;
    let other = other.map(checked).transpose()?;
    let because = decisive(&answers);
    let tolerable_ms = because.map_or(TOLERABLE_MS_MAX, |because| because.after_ms);
    let harms = answers.iter().find(|answer| harms_severely(answer));
    let (class, because) = match harms {
        // The same earliest answer, or the one that makes it urgent.
        Some(answer) if class_of(tolerable_ms) > 1 => (1, Some(because_of(answer))),
        _ => (class_of(tolerable_ms), because),
    };
    Ok(Impact {
        answers,
        class_by_rule: class,
        tolerable_ms_by_rule: tolerable_ms,
        because,
        r#override: other,
    })
}

const fn class_of(tolerable_ms: i64) -> u8 {
    match tolerable_ms / HOUR_MS {
        ..=1 => 1,
        2..=24 => 2,
        25..=72 => 3,
        _ => 4,
    }
}

fn harms_severely(answer: &Answer) -> bool {
    answer.category == Category::Safety
        && answer.level == Level::Severe
        && answer.after_ms <= 24 * HOUR_MS
}

/// The earliest answer that may not come true; of several, the worst.
fn decisive(answers: &[Answer]) -> Option<Because> {
    let unbearable = answers.iter().filter(|answer| {
        let least = match answer.category {
            Category::Safety => Level::Moderate,
            _ => Level::Serious,
        };
        answer.level >= least
    });
    let first = unbearable.min_by_key(|answer| {
        (
            answer.after_ms,
            std::cmp::Reverse(answer.level),
            answer.category,
        )
    });
    first.map(because_of)
}

fn because_of(answer: &Answer) -> Because {
    Because {
        after_ms: answer.after_ms,
        category: answer.category,
        level: answer.level,
    }
}

fn check_answers(answers: &[Answer]) -> Result<(), Refusal> {
    let field = "command.answers";
    if answers.is_empty() {
        let detail = "Answer at least one question.";
        return Err(Refusal::invalid(field, "too_short", detail));
    }
    let mut seen = std::collections::BTreeMap::new();
    for answer in answers {
        if !BANDS_MS.contains(&answer.after_ms) {
            let detail = format!("after_ms is one of {BANDS_MS:?}, not {}.", answer.after_ms);
            return Err(Refusal::invalid(field, "unknown_band", detail));
        }
        let key = (answer.category, answer.after_ms);
        if seen.insert(key, answer.level).is_some() {
            let detail = format!(
                "{:?} after {} ms is answered twice.",
                answer.category, answer.after_ms
            );
            return Err(Refusal::invalid(field, "duplicate_answer", detail));
        }
    }
    let mut before: Option<(Category, Level)> = None;
    for ((category, after_ms), level) in seen {
        if before.is_some_and(|(same, worse)| same == category && worse > level) {
            let detail = format!(
                "{category:?} gets milder after {after_ms} ms: an outage does not heal what it did."
            );
            return Err(Refusal::invalid(field, "impact_falls", detail));
        }
        before = Some((category, level));
    }
    Ok(())
}

fn checked(other: Override) -> Result<Override, Refusal> {
    let field = "command.override";
    if other.class.is_none() && other.tolerable_ms.is_none() {
        let detail = "Name a class, a tolerable outage, or both.";
        return Err(Refusal::invalid(field, "too_short", detail));
    }
    if other.class.is_some_and(|class| !(1..=4).contains(&class)) {
        let detail = "A class is 1 to 4.";
        return Err(Refusal::invalid(
            "command.override.class",
            "out_of_range",
            detail,
        ));
    }
    let fits = |ms: &i64| (1..=OUTAGE_MS_MAX).contains(ms);
    if other.tolerable_ms.as_ref().is_some_and(|ms| !fits(ms)) {
        let detail = "A tolerable outage is from 1 millisecond to 366 days.";
        let field = "command.override.tolerable_ms";
        return Err(Refusal::invalid(field, "out_of_range", detail));
    }
    let reason = check::text("command.override.reason", &other.reason, 1..=NOTE_CHARS_MAX)?;
    Ok(Override { reason, ..other })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(after_ms: i64, category: Category, level: Level) -> Answer {
        Answer {
            after_ms,
            category,
            level,
        }
    }

    fn ruled(answers: &[Answer]) -> (u8, i64) {
        let impact = judge(answers.to_vec(), None).unwrap();
        (impact.class(), impact.tolerable_ms())
    }

    #[test]
    fn the_earliest_serious_answer_decides() {
        use Category::*;
        let legal = answer(4 * HOUR_MS, Legal, Level::Serious);
        let money = answer(24 * HOUR_MS, Financial, Level::Severe);
        let impact = judge(vec![money, legal], None).unwrap();
        assert_eq!((impact.class(), impact.tolerable_ms()), (2, 4 * HOUR_MS));
        assert_eq!(impact.because.unwrap().category, Legal);
        for (after_ms, class) in BANDS_MS.into_iter().zip([1, 1, 2, 2, 3, 4]) {
            let serious = answer(after_ms, Operations, Level::Serious);
            assert_eq!(ruled(&[serious]), (class, after_ms));
        }
        let mild = answer(15 * MINUTE_MS, Reputation, Level::Moderate);
        assert_eq!(ruled(&[mild]), (4, TOLERABLE_MS_MAX));
    }

    #[test]
    fn people_count_sooner() {
        use Category::Safety;
        let moderate = answer(HOUR_MS, Safety, Level::Moderate);
        assert_eq!(ruled(&[moderate]), (1, HOUR_MS));
        let severe = answer(24 * HOUR_MS, Safety, Level::Severe);
        assert_eq!(ruled(&[severe]), (1, 24 * HOUR_MS));
        let late = answer(72 * HOUR_MS, Safety, Level::Severe);
        assert_eq!(ruled(&[late]), (3, 72 * HOUR_MS));
    }

    #[test]
    fn what_people_decide_counts_and_the_rule_is_kept_beside_it() {
        let answers = vec![answer(HOUR_MS, Category::Legal, Level::Serious)];
        let other = |class, tolerable_ms, reason: &str| {
            Some(Override {
                class,
                tolerable_ms,
                reason: reason.into(),
            })
        };
        let impact = judge(answers.clone(), other(Some(3), None, "paper will do")).unwrap();
        assert_eq!((impact.class(), impact.class_by_rule), (3, 1));
        assert_eq!(impact.tolerable_ms(), HOUR_MS);
        for (class, ms, reason, code) in [
            (Some(5), None, "x", "out_of_range"),
            (None, Some(0), "x", "out_of_range"),
            (None, None, "x", "too_short"),
            (Some(1), None, " ", "too_short"),
        ] {
            let refused = judge(answers.clone(), other(class, ms, reason)).unwrap_err();
            assert_eq!(refused.code, code);
        }
    }

    #[test]
    fn answers_that_cannot_be_are_refused() {
        use Category::Legal;
        let code = |answers: &[Answer]| judge(answers.to_vec(), None).unwrap_err().code;
        assert_eq!(code(&[]), "too_short");
        assert_eq!(code(&[answer(5, Legal, Level::Minor)]), "unknown_band");
        let one = answer(HOUR_MS, Legal, Level::Serious);
        assert_eq!(code(&[one, one]), "duplicate_answer");
        let later = answer(4 * HOUR_MS, Legal, Level::Minor);
        assert_eq!(code(&[one, later]), "impact_falls");
    }
}
