//! How a product is shown.

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::Caller;
use yagura_vocabulary::Time;

use crate::Class;

/// A product.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProductView {
    pub id: String,
    /// Who makes it; empty where nobody can say.
    pub vendor: String,
    pub name: String,
    /// `paid`, `free`, `not_permitted`, `system`, `unclassified`.
    #[schema(value_type = String)]
    pub class: Class,
    /// Who said so: `person`, `dictionary`, `rules`; empty where nobody did.
    pub class_by: String,
    /// On so many machines in use; of those whom the caller may see, where `visible_only`.
    pub machines: u64,
    /// In so many versions and parts; of no meaning where `visible_only`.
    pub packages: u64,
    /// Whether the caller sees only some machines.
    pub visible_only: bool,
    /// Whether something changed and is counted just now.
    pub counting: bool,
    /// `none`, `enough`, `over`.
    pub licences: String,
    /// When it was first seen anywhere.
    pub first_at: Time,
    pub note: String,
    /// Who said last what it is.
    pub decided_by: String,
    pub decided_at: Option<Time>,
}

#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub number: i64,
    vendor: String,
    name: String,
    class: String,
    dictionary_class: String,
    person_class: String,
    machines: i64,
    packages: i64,
    stale: i64,
    licences: String,
    first_at: i64,
    note: String,
    decided_by: String,
    decided_at: Option<i64>,
}

/// SQL of one product's machines, as far as the caller whose limit is parameter `$n` may see them; product is `p`.
fn machines(caller: &Caller, n: usize) -> String {
    if caller.limit().is_empty() {
        return format!("p.machines + 0 * length(${n})");
    }
    format!(
        "(SELECT COUNT(DISTINCT held.id) FROM licences_package l JOIN assets_installed i ON i.package = l.package
         JOIN {} ON held.led_by = i.sighting WHERE l.product = p.number AND held.standing = 'in_use' AND {})",
        crate::server::WITH_GROUP,
        visible("held.group_id", n)
    )
}

/// Products as the caller whose limit is parameter `$n` sees them, as a table to choose from.
pub(super) fn shown(caller: &Caller, n: usize) -> String {
    format!(
        "(SELECT p.number AS number, p.vendor AS vendor, p.name AS name, p.folded AS folded, p.class AS class,
         p.dictionary_class AS dictionary_class, p.person_class AS person_class,
         CAST({} AS BIGINT) AS machines, p.packages AS packages, p.aside AS aside, p.stale AS stale,
         CASE WHEN NOT EXISTS (SELECT 1 FROM licences_licence c WHERE c.product = p.number) THEN 'none'
         WHEN EXISTS (SELECT 1 FROM licences_licence c WHERE c.product = p.number AND c.counted_by <> 'site'
         AND c.used > c.bought) THEN 'over' ELSE 'enough' END AS licences,
         p.first_at AS first_at, p.note AS note, p.decided_by AS decided_by, p.decided_at AS decided_at
         FROM licences_product p) shown",
        machines(caller, n)
    )
}

/// The columns of [`Row`].
pub(super) const COLUMNS: &str =
    "number, vendor, name, class, dictionary_class, person_class, machines, packages, stale, licences,
     first_at, note, decided_by, decided_at";

impl ProductView {
    pub(super) fn new(caller: &Caller, row: Row) -> Self {
        let by = if !row.person_class.is_empty() {
            "person"
        } else if !row.dictionary_class.is_empty() {
            "dictionary"
        } else if row.class == "unclassified" {
            ""
        } else {
            "rules"
        };
        Self {
            id: row.number.to_string(),
            vendor: row.vendor,
            name: row.name,
            class: row.class.parse().unwrap_or(Class::Unclassified),
            class_by: by.to_owned(),
            machines: row.machines.unsigned_abs(),
            packages: row.packages.unsigned_abs(),
            visible_only: caller.limited,
            counting: row.stale != 0,
            // Whether they are enough is a matter of the whole organisation.
            licences: if caller.limited && row.licences == "over" { "enough".to_owned() } else { row.licences },
            first_at: Time::from_micros(row.first_at),
            note: row.note,
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(Time::from_micros),
        }
    }
}
