//! How somebody stands to a folder or document: what deciding and answering ask again and again.
//!
//! A person's role at an item is the highest of the grants on it and, while it inherits, on the
//! folders it lies in; whoever manages the workspace is a manager of all that inherits up to the
//! top. The same rule is here twice: upwards from one item, and downwards for lists
//! ([`with_readable`]); a test compares.

use crate::access::{Action, GUEST, Viewer};
use crate::events::{Grant, ItemKind, Role, Subject};
use crate::{DepartmentId, DocumentId, FolderId, GroupId, ItemId};
use kernel::{DecideError, PersonId, Refusal};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension};

/// Whether a grant `g` is for the person `?1`; `?2`: who is no guest.
macro_rules! grant_is_mine {
    () => {
        "((g.kind = 0 AND g.subject = ?1) OR (g.kind = 3 AND ?2)
          OR EXISTS (SELECT 1 FROM belongs b
                     WHERE b.person = ?1 AND b.kind = g.kind AND b.subject = g.subject))"
    };
}

/// What somebody is at every item, as the `WITH` clause `reach (key, role, is_trashed)`. Parameters:
/// `?1` the person, `?2` whether they are no guest, `?3` their rank at the top.
macro_rules! with_readable {
    ($rest:expr) => {
        concat!(
            "WITH RECURSIVE own (item, role) AS MATERIALIZED (
                SELECT g.item, max(g.role) FROM permission g WHERE ",
            $crate::place::grant_is_mine!(),
            " GROUP BY g.item
            ), reach (key, role, is_trashed) AS (
                SELECT i.key, max(coalesce(o.role, 0), CASE WHEN i.inherits THEN ?3 ELSE 0 END),
                       i.trashed_at IS NOT NULL
                FROM item i LEFT JOIN own o ON o.item = i.key WHERE i.parent IS NULL
                UNION ALL
                SELECT i.key, max(coalesce(o.role, 0), CASE WHEN i.inherits THEN r.role ELSE 0 END),
                       r.is_trashed OR i.trashed_at IS NOT NULL
                FROM reach r JOIN item i ON i.parent = r.key LEFT JOIN own o ON o.item = i.key
            ) ",
            $rest
        )
    };
}
pub(crate) use {grant_is_mine, with_readable};

/// How somebody stands to an item they may read.
#[derive(Clone, Debug)]
pub struct Place {
    /// Who.
    pub viewer: Viewer,
    /// Key of the item.
    pub key: i64,
    /// Its id.
    pub id: ItemId,
    /// What it is.
    pub kind: ItemKind,
    /// Key of the folder it lies in.
    pub parent: Option<i64>,
    /// Its name.
    pub name: String,
    /// Whether grants of its folder hold here.
    pub inherits: bool,
    /// What the viewer is here.
    pub role: Role,
    /// Whether it, or a folder it lies in, is in the trash.
    pub is_trashed: bool,
}

impl Place {
    /// The viewer's place at an item; `field` is what named it.
    ///
    /// # Errors
    /// `item_not_found` where there is none they may read: the two must not differ.
    pub fn find(
        rows: &Connection,
        viewer: Viewer,
        field: &str,
        id: ItemId,
    ) -> Result<Self, DecideError> {
        Self::known(rows, viewer, id)?.ok_or_else(|| no_item(field).into())
    }

    /// The viewer's place at a folder.
    ///
    /// # Errors
    /// As for [`Self::find`].
    pub fn folder(
        rows: &Connection,
        viewer: Viewer,
        field: &str,
        id: FolderId,
    ) -> Result<Self, DecideError> {
        let place = Self::find(rows, viewer, field, id.into())?;
        place.of_kind(field, |kind| kind == ItemKind::Folder)
    }

    /// The viewer's place at a document that is written here.
    ///
    /// # Errors
    /// As for [`Self::find`].
    pub fn document(
        rows: &Connection,
        viewer: Viewer,
        field: &str,
        id: DocumentId,
    ) -> Result<Self, DecideError> {
        let place = Self::find(rows, viewer, field, id.into())?;
        place.of_kind(field, |kind| kind == ItemKind::Document)
    }

    /// The viewer's place at a document or file.
    ///
    /// # Errors
    /// As for [`Self::find`].
    pub fn leaf(
        rows: &Connection,
        viewer: Viewer,
        field: &str,
        id: DocumentId,
    ) -> Result<Self, DecideError> {
        let place = Self::find(rows, viewer, field, id.into())?;
        place.of_kind(field, |kind| kind != ItemKind::Folder)
    }

    /// The viewer's place at the item with this key.
    ///
    /// # Errors
    /// As for [`Self::find`].
    pub fn by_key(
        rows: &Connection,
        viewer: Viewer,
        field: &str,
        key: i64,
    ) -> Result<Self, DecideError> {
        let id = rows
            .prepare_cached("SELECT id FROM item WHERE key = ?1")?
            .query_row([key], |row| row.get(0))?;
        Self::find(rows, viewer, field, id)
    }

    fn of_kind(self, field: &str, fits: fn(ItemKind) -> bool) -> Result<Self, DecideError> {
        if fits(self.kind) {
            Ok(self)
        } else {
            Err(no_item(field).into())
        }
    }

    fn known(rows: &Connection, viewer: Viewer, id: ItemId) -> Result<Option<Self>, DecideError> {
        let found = rows
            .prepare_cached("SELECT key, kind, parent, name, inherits FROM item WHERE id = ?1")?
            .query_row([id], |row| {
                Ok(Self {
                    viewer,
                    id,
                    key: row.get(0)?,
                    kind: row.get(1)?,
                    parent: row.get(2)?,
                    name: row.get(3)?,
                    inherits: row.get(4)?,
                    role: Role::Viewer,
                    is_trashed: false,
                })
            })
            .optional()?;
        let Some(place) = found else {
            return Ok(None);
        };
        let role = role_at(rows, &viewer, place.key)?;
        if !viewer.may_as(role, Action::Read)? {
            return Ok(None);
        }
        let Some(role) = role else {
            return Ok(None);
        };
        Ok(Some(Self {
            role,
            is_trashed: is_trashed(rows, place.key)?,
            ..place
        }))
    }

    /// Nothing, while the item is not in the trash.
    ///
    /// # Errors
    /// `item_trashed`.
    pub fn require_present(&self) -> Result<(), Refusal> {
        if self.is_trashed {
            let detail = "It is in the trash. Restore it first.";
            return Err(Refusal::conflict("item_trashed", detail));
        }
        Ok(())
    }

    /// The id as a document's.
    #[must_use]
    pub const fn document_id(&self) -> DocumentId {
        DocumentId(self.id.0)
    }
}

/// What somebody is at the item with this key.
///
/// # Errors
/// When the view cannot be read.
pub fn role_at(rows: &Connection, viewer: &Viewer, key: i64) -> Result<Option<Role>, DecideError> {
    let (rank, is_up_to_top): (Option<u8>, bool) = rows
        .prepare_cached(concat!(
            "WITH RECURSIVE chain (key, parent, inherits) AS (
                SELECT key, parent, inherits FROM item WHERE key = ?3
                UNION ALL
                SELECT i.key, i.parent, i.inherits FROM chain c JOIN item i ON i.key = c.parent
                WHERE c.inherits
            )
            SELECT (SELECT max(g.role) FROM chain c JOIN permission g ON g.item = c.key WHERE ",
            grant_is_mine!(),
            "), EXISTS (SELECT 1 FROM chain WHERE parent IS NULL AND inherits)"
        ))?
        .query_row((viewer.id, !viewer.is_guest, key), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let at_top = if is_up_to_top {
        viewer.role_at_top()?
    } else {
        None
    };
    Ok(rank.and_then(Role::of_rank).max(at_top))
}

/// Whether the item with this key, or a folder it lies in, is in the trash.
///
/// # Errors
/// When the view cannot be read.
pub fn is_trashed(rows: &Connection, key: i64) -> rusqlite::Result<bool> {
    rows.prepare_cached(
        "WITH RECURSIVE chain (parent, trashed_at) AS (
            SELECT parent, trashed_at FROM item WHERE key = ?1
            UNION ALL
            SELECT i.parent, i.trashed_at FROM chain c JOIN item i ON i.key = c.parent
        ) SELECT EXISTS (SELECT 1 FROM chain WHERE trashed_at IS NOT NULL)",
    )?
    .query_row([key], |row| row.get(0))
}

/// A subject as it lies in rows: its kind and its id's bytes.
pub type SubjectRow = (u8, Vec<u8>);

/// The grants of the item with this key.
///
/// # Errors
/// When the view cannot be read.
pub fn grants_of(rows: &Connection, key: i64) -> rusqlite::Result<Vec<Grant>> {
    let mut query = rows.prepare_cached(
        "SELECT kind, subject, role FROM permission WHERE item = ?1 ORDER BY kind, subject",
    )?;
    let grants = query.query_map([key], |row| {
        let id = |row: &rusqlite::Row<'_>| row.get::<_, PersonId>(1).map(|id| id.0);
        let to = match row.get::<_, u8>(0)? {
            0 => Subject::Person(PersonId(id(row)?)),
            1 => Subject::Group(GroupId(id(row)?)),
            2 => Subject::Department(DepartmentId(id(row)?)),
            _ => Subject::Everyone,
        };
        let role = Role::of_rank(row.get(2)?).unwrap_or(Role::Viewer);
        Ok(Grant { to, role })
    })?;
    grants.collect()
}

/// Active people who may read the item with this key, in order.
///
/// # Errors
/// When the view cannot be read.
pub fn readers(rows: &Connection, key: i64) -> rusqlite::Result<Vec<PersonId>> {
    let (parent, inherits) = rows
        .prepare_cached("SELECT parent, inherits FROM item WHERE key = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    readers_with(rows, &grants_of(rows, key)?, inherits, parent)
}

/// Active people who may read an item with these grants in this folder, in order.
///
/// # Errors
/// When the view cannot be read.
pub fn readers_with(
    rows: &Connection,
    grants: &[Grant],
    inherits: bool,
    parent: Option<i64>,
) -> rusqlite::Result<Vec<PersonId>> {
    let own: Vec<(u8, String)> = grants
        .iter()
        .map(|grant| {
            let (kind, id) = grant.to.row();
            (kind, kernel::hex::encode(&id))
        })
        .collect();
    let own = serde_json::to_string(&own).expect("numbers and texts serialise");
    let mut query = rows.prepare_cached(
        "WITH RECURSIVE chain (key, parent, inherits) AS (
            SELECT key, parent, inherits FROM item WHERE key = ?1 AND ?2
            UNION ALL
            SELECT i.key, i.parent, i.inherits FROM chain c JOIN item i ON i.key = c.parent
            WHERE c.inherits
        ), granted (kind, subject) AS (
            SELECT g.kind, g.subject FROM chain c JOIN permission g ON g.item = c.key
            UNION
            SELECT json_extract(value, '$[0]'), unhex(json_extract(value, '$[1]'))
            FROM json_each(?3)
        )
        SELECT p.id FROM person p WHERE p.is_active AND (
            EXISTS (SELECT 1 FROM granted g WHERE g.kind = 0 AND g.subject = p.id)
            OR (p.role <> ?4 AND EXISTS (SELECT 1 FROM granted g WHERE g.kind = 3))
            OR EXISTS (SELECT 1 FROM granted g JOIN belongs b
                       ON b.kind = g.kind AND b.subject = g.subject WHERE b.person = p.id)
            OR (?2 AND (?1 IS NULL OR EXISTS (SELECT 1 FROM chain WHERE parent IS NULL AND inherits))
                AND EXISTS (SELECT 1 FROM role r WHERE r.name = p.role AND r.permissions & 1)))
        ORDER BY p.id",
    )?;
    let people = query.query_map((parent, inherits, own, GUEST), |row| row.get(0))?;
    people.collect()
}

/// Whether somebody is among those a grant is for.
///
/// # Errors
/// When the view cannot be read.
pub fn is_for(rows: &Connection, viewer: &Viewer, subject: &Subject) -> rusqlite::Result<bool> {
    match subject {
        Subject::Person(person) => Ok(*person == viewer.id),
        Subject::Everyone => Ok(!viewer.is_guest),
        Subject::Group(_) | Subject::Department(_) => {
            let (kind, id) = subject.row();
            rows.prepare_cached(
                "SELECT 1 FROM belongs WHERE person = ?1 AND kind = ?2 AND subject = ?3",
            )?
            .exists((viewer.id, kind, id))
        }
    }
}

/// Key of the item with this id, where there is one, whoever may read it.
///
/// # Errors
/// When the view cannot be read.
pub fn item_key(rows: &Connection, id: ItemId) -> rusqlite::Result<Option<i64>> {
    rows.prepare_cached("SELECT key FROM item WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// The refusal for an item that does not exist, or may not be known to.
#[must_use]
pub fn no_item(field: &str) -> Refusal {
    let detail = "There is no such folder or document, or it is not shared with you.";
    Refusal::not_found(field, "item_not_found", detail)
}

impl Subject {
    /// As it lies in rows.
    #[must_use]
    pub fn row(&self) -> SubjectRow {
        match self {
            Self::Person(id) => (0, id.0.as_bytes().to_vec()),
            Self::Group(id) => (1, id.0.as_bytes().to_vec()),
            Self::Department(id) => (2, id.0.as_bytes().to_vec()),
            Self::Everyone => (3, Vec::new()),
        }
    }
}

impl Role {
    /// Its number in rows and policies.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Viewer => 1,
            Self::Commenter => 2,
            Self::Editor => 3,
            Self::Manager => 4,
        }
    }

    /// The role with this number.
    #[must_use]
    pub const fn of_rank(rank: u8) -> Option<Self> {
        match rank {
            1 => Some(Self::Viewer),
            2 => Some(Self::Commenter),
            3 => Some(Self::Editor),
            4 => Some(Self::Manager),
            _ => None,
        }
    }
}

impl ItemKind {
    /// Its name in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Document => "document",
            Self::File => "file",
        }
    }
}

impl ToSql for ItemKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for ItemKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "folder" => Ok(Self::Folder),
            "document" => Ok(Self::Document),
            "file" => Ok(Self::File),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}
