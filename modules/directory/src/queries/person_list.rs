//! People, searched and in order.

use super::{PersonList, PersonRow, may, sees_quarantine, shown_active};
use crate::apply::search_words;
use crate::events::DepartmentId;
use crate::rows::{PERSON_COLUMNS, Person};
use kernel::{Actor, DecideError, PersonId, page};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::Deserialize;
use utoipa::ToSchema;

/// Words of a search that count.
const WORDS_MAX: usize = 8;

/// Which people.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonListParameters {
    /// Words that name, handle or mail address have words beginning with; Chinese, Japanese and
    /// Korean text is found anywhere in a word.
    pub search: Option<String>,
    /// Only people in this department or below it.
    pub department: Option<DepartmentId>,
    /// Only people with this role.
    pub role: Option<String>,
    /// Only people who take part (the default), are in quarantine or deactivated, or all.
    pub status: Option<StatusWished>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    pub limit: Option<u32>,
}

/// Which people by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusWished {
    /// Those who take part.
    #[default]
    Active,
    /// Those in quarantine, deactivated or not; nobody, for those who do not decide over people.
    Quarantined,
    /// Those who were shut out.
    Deactivated,
    /// All of them.
    All,
}

/// The people of a page.
///
/// # Errors
/// `workspace_not_found` for strangers; refusals for parameters out of bounds.
pub fn person_list(
    rows: &Connection,
    actor: &Actor,
    wanted: PersonListParameters,
) -> Result<PersonList, DecideError> {
    may(rows, actor, "read")?;
    let limit = page::limit(wanted.limit)?;
    let after: Option<(String, PersonId)> = page::after(wanted.cursor.as_deref())?;
    let mut filter = Filter::default();
    let sees_quarantine = sees_quarantine(rows, actor)?;
    filter.status(wanted.status.unwrap_or_default(), sees_quarantine);
    filter.search(wanted.search.as_deref().unwrap_or_default());
    if let Some(role) = wanted.role {
        filter.add("role = ?", [Value::Text(role)]);
    }
    if let Some(department) = wanted.department {
        filter.add(
            "id IN (WITH RECURSIVE below (id) AS (
                 VALUES (?) UNION SELECT d.id FROM department d JOIN below ON d.parent = below.id)
             SELECT person FROM department_person JOIN below ON department = below.id)",
            [blob(department.0)],
        );
    }
    if let Some((name, id)) = after {
        filter.add("(name_key, id) > (?, ?)", [Value::Text(name), blob(id.0)]);
    }
    let people = filter.people(rows, limit + 1, sees_quarantine)?;
    let (people, next) = page::cut(people, limit, PersonRow::sort_key);
    Ok(PersonList {
        items: people,
        next,
    })
}

/// Conditions with their values, in order.
#[derive(Default)]
struct Filter {
    conditions: Vec<&'static str>,
    values: Vec<Value>,
}

impl Filter {
    fn add(&mut self, condition: &'static str, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition);
        self.values.extend(values);
    }

    fn status(&mut self, wanted: StatusWished, sees_quarantine: bool) {
        match wanted {
            StatusWished::Active => self.add(shown_active(sees_quarantine), []),
            StatusWished::Quarantined if !sees_quarantine => self.add("0", []),
            StatusWished::Quarantined => self.add("id IN (SELECT person FROM quarantine)", []),
            StatusWished::Deactivated => self.add("is_active = 0", []),
            StatusWished::All => {}
        }
    }

    fn search(&mut self, text: &str) {
        for word in search_words(text).into_iter().take(WORDS_MAX) {
            let is_found_inside = word.chars().any(is_written_without_spaces);
            let needle = if is_found_inside {
                word
            } else {
                format!(" {word}")
            };
            self.add("instr(search, ?) > 0", [Value::Text(needle)]);
        }
    }

    fn people(
        mut self,
        rows: &Connection,
        limit: u32,
        sees_quarantine: bool,
    ) -> Result<Vec<PersonRow>, DecideError> {
        self.conditions.push("1");
        self.values.push(Value::Integer(limit.into()));
        let sql = format!(
            "SELECT {PERSON_COLUMNS} FROM person WHERE id IN (
                 SELECT id FROM person INDEXED BY person_by_name
                 WHERE {} ORDER BY name_key, id LIMIT ?)
             ORDER BY name_key, id",
            self.conditions.join(" AND ")
        );
        let people = rows
            .prepare_cached(&sql)?
            .query_map(params_from_iter(self.values), Person::read)?
            .collect::<Result<Vec<_>, _>>()?;
        let people = people
            .into_iter()
            .map(|person| PersonRow::of(rows, person, sees_quarantine));
        Ok(people.collect::<Result<_, _>>()?)
    }
}

fn blob(id: kernel::id::Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

/// Han, kana and hangul, whose words are not set apart by spaces.
fn is_written_without_spaces(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queries::PersonStatus;
    use crate::tests::{ADMIN, FORMER, MEMBER, as_admin, id, person};
    use kernel::testing::Given;
    use serde_json::json;

    fn list(given: &Given, wanted: PersonListParameters) -> Vec<String> {
        let actor = Actor::Person(MEMBER);
        let page = person_list(given.rows(), &actor, wanted).unwrap();
        page.items.into_iter().map(|person| person.handle).collect()
    }

    fn search(given: &Given, text: &str) -> Vec<String> {
        let search = Some(text.to_owned());
        list(
            given,
            PersonListParameters {
                search,
                ..Default::default()
            },
        )
    }

    fn crew() -> Given {
        let mut given = as_admin();
        for (n, name, handle, email) in [
            (50, "王小明", "xiaoming", "wang@sea.example"),
            (51, "Siti Nurhaliza", "siti", "s.nur@sea.example"),
            (52, "Åsa Nurmi", "asa", ""),
        ] {
            let body = json!({
                "person_id": person(n), "name": name, "handle": handle, "email": email});
            given.when("add-person", body).accepted("person-added");
        }
        given
    }

    #[test]
    fn people_are_found_by_the_beginnings_of_words() {
        let given = crew();
        assert_eq!(search(&given, "nur"), ["siti", "asa"]);
        assert_eq!(search(&given, "NUR sit"), ["siti"]);
        assert_eq!(search(&given, "åsa"), ["asa"]);
        assert_eq!(search(&given, "s.nur@sea"), ["siti"]);
        assert_eq!(search(&given, "xiaom"), ["xiaoming"]);
        assert!(search(&given, "aoming").is_empty());
        assert_eq!(search(&given, " ,. ").len(), 7, "no words, no filter");
    }

    #[test]
    fn chinese_names_are_found_by_any_part() {
        let given = crew();
        for part in ["王", "小明", "明", "王小明"] {
            assert_eq!(search(&given, part), ["xiaoming"], "{part}");
        }
        assert!(search(&given, "李").is_empty());
    }

    #[test]
    fn a_department_holds_those_below_it() {
        let mut given = crew();
        for (n, parent) in [(10, None), (11, Some(id(10)))] {
            let body = json!({"department_id": id(n), "name": "D", "parent": parent});
            given
                .when("create-department", body)
                .accepted("department-created");
        }
        given
            .when(
                "assign-department",
                json!({"person_id": MEMBER, "departments": [id(11)]}),
            )
            .accepted("departments-assigned");
        for (n, found) in [(10, vec!["member"]), (11, vec!["member"]), (12, vec![])] {
            let department = Some(DepartmentId(id(n)));
            assert_eq!(
                list(
                    &given,
                    PersonListParameters {
                        department,
                        ..Default::default()
                    }
                ),
                found
            );
        }
    }

    #[test]
    fn status_and_role_narrow_the_list() {
        let given = crew();
        let status = Some(StatusWished::Deactivated);
        assert_eq!(
            list(
                &given,
                PersonListParameters {
                    status,
                    ..Default::default()
                }
            ),
            ["former"]
        );
        let wanted = PersonListParameters {
            status: Some(StatusWished::All),
            role: Some("admin".into()),
            ..Default::default()
        };
        assert_eq!(list(&given, wanted), ["admin", "former"]);
    }

    #[test]
    fn people_in_quarantine_are_a_status_and_why_is_for_those_who_decide() {
        let mut given = crew();
        let body = json!({"person_id": person(51), "reason": "An alarm"});
        given
            .when("quarantine-person", body)
            .accepted("person-quarantined");
        let seen_by = |person, status| {
            let wanted = PersonListParameters {
                status: Some(status),
                ..Default::default()
            };
            let page = person_list(given.rows(), &Actor::Person(person), wanted).unwrap();
            let mut people = page.items.into_iter();
            people.find(|person| person.handle == "siti")
        };
        assert_eq!(seen_by(ADMIN, StatusWished::Active), None);
        let siti = seen_by(ADMIN, StatusWished::Quarantined).unwrap();
        assert_eq!(siti.status, PersonStatus::Quarantined);
        let quarantine = siti.quarantine.expect("an admin sees why");
        assert_eq!(
            (quarantine.reason.as_str(), quarantine.by_name.as_deref()),
            ("An alarm", Some("admin"))
        );
        let siti = seen_by(MEMBER, StatusWished::Active).unwrap();
        assert_eq!((siti.status, siti.quarantine), (PersonStatus::Active, None));
        assert_eq!(seen_by(MEMBER, StatusWished::Quarantined), None);
    }

    #[test]
    fn counts_agree_with_the_list_whoever_asks() {
        let mut given = crew();
        for (name, body) in [
            ("create-group", json!({"group_id": id(30), "name": "Crew"})),
            (
                "add-group-members",
                json!({"group_id": id(30), "people": [MEMBER, person(51), FORMER]}),
            ),
            (
                "create-department",
                json!({"department_id": id(10), "name": "Deck"}),
            ),
            (
                "assign-department",
                json!({"person_id": person(51), "departments": [id(10)]}),
            ),
            (
                "quarantine-person",
                json!({"person_id": person(51), "reason": "An alarm"}),
            ),
        ] {
            let _ = given.when(name, body).accepted_events();
        }
        for (by, in_group, in_department) in [(ADMIN, 1, 0), (MEMBER, 2, 1)] {
            let by = Actor::Person(by);
            let ask = |name: &str| {
                let mut all = super::super::QUERIES.iter();
                let spec = all.find(|query| query.name == name).unwrap();
                (spec.run)(given.rows(), &by, "").unwrap()
            };
            let active = ask("person-list")["items"].as_array().unwrap().len();
            assert_eq!(ask("counts")["active"], active);
            assert_eq!(ask("group-list")["items"][0]["members_count"], in_group);
            let departments = ask("department-list");
            assert_eq!(departments["items"][0]["people_count"], in_department);
        }
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let given = crew();
        let actor = Actor::Person(MEMBER);
        let (mut cursor, mut found) = (None, Vec::new());
        loop {
            let wanted = PersonListParameters {
                cursor,
                limit: Some(2),
                ..Default::default()
            };
            let page = person_list(given.rows(), &actor, wanted).unwrap();
            found.extend(page.items.into_iter().map(|person| person.handle));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, list(&given, PersonListParameters::default()));
        assert_eq!(found.len(), 7);
    }

    #[test]
    fn parameters_are_checked_and_strangers_see_nothing() {
        let given = crew();
        let ask = |actor: Actor, text: &str| {
            let spec = super::super::QUERIES
                .iter()
                .find(|q| q.name == "person-list")
                .unwrap();
            match (spec.run)(given.rows(), &actor, text) {
                Err(DecideError::Refused(refusal)) => refusal.code,
                other => panic!("expected a refusal, got {other:?}"),
            }
        };
        let member = Actor::Person(MEMBER);
        assert_eq!(ask(member.clone(), "limit=0"), "out_of_range");
        assert_eq!(ask(member.clone(), "limit=many"), "malformed");
        assert_eq!(ask(member.clone(), "cursor=zz"), "bad_cursor");
        assert_eq!(ask(member.clone(), "department=deck"), "malformed");
        assert_eq!(ask(member, "sort=name"), "malformed");
        assert_eq!(ask(Actor::Person(FORMER), ""), "workspace_not_found");
        assert_eq!(ask(Actor::Person(person(99)), ""), "workspace_not_found");
    }

    #[test]
    #[ignore = "a measurement, not a test"]
    #[expect(clippy::disallowed_methods, reason = "measures elapsed time")]
    fn cost_of_a_search_among_20_000() {
        let mut given = as_admin();
        for batch in 0..40_u128 {
            let people: Vec<_> = (0..500)
                .map(|n| batch * 500 + n)
                .map(|n| {
                    json!({"external_id": format!("U{n}"), "person_id": person(1000 + n),
                        "name": format!("Person Number {n}"), "handle": format!("p{n}"),
                        "email": format!("p{n}@sea.example")})
                })
                .collect();
            let begun = std::time::Instant::now();
            let _ = given
                .when("import-people", json!({"people": people}))
                .accepted_events();
            println!("import of 500, decided and applied: {:?}", begun.elapsed());
        }
        for text in ["p19999", "person 1", "王"] {
            let begun = std::time::Instant::now();
            let found = search(&given, text).len();
            println!("search {text:?}: {found} found in {:?}", begun.elapsed());
        }
    }
}
