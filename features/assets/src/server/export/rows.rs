//! Rows of the ledger as cells.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use yagura_vocabulary::Time;

use crate::{
    server::api::view::Row,
    sheet::{Cell, Column, Known, Words, minute},
};

const GIB: i64 = 1 << 30;
/// Disks are sold by powers of ten.
const GB: i64 = 1_000_000_000;

/// What the table looks like.
pub(super) struct Table {
    pub columns: Vec<Column>,
    pub words: Words,
    pub zone: TimeZone,
}

impl Table {
    /// The cells of a row.
    pub(super) fn cells(&self, row: &Row) -> Vec<Cell> {
        let needs_custom = self.columns.iter().any(|column| matches!(column, Column::Custom(_)));
        let custom: BTreeMap<String, String> =
            if needs_custom { serde_json::from_str(&row.custom).unwrap_or_default() } else { BTreeMap::new() };
        let cell = |column: &Column| match column {
            Column::Known(known) => self.cell(*known, row),
            Column::Custom(name) => custom.get(name).map_or(Cell::Empty, |value| Cell::text(value)),
        };
        self.columns.iter().map(cell).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "percent and small counts")]
    fn cell(&self, known: Known, row: &Row) -> Cell {
        let word = |word: &str| Cell::text(&self.words.word(word));
        let moment = |at: i64| Cell::Moment(minute(Time::from_micros(at), &self.zone));
        let number = |number: Option<i64>| number.map_or(Cell::Empty, |number| Cell::Number(number as f64));
        match known {
            Known::Name => Cell::text(&row.name),
            Known::Kind => word(&row.kind),
            Known::Person => Cell::text(&row.person),
            Known::Group => Cell::text(&row.group_path),
            Known::Vendor => Cell::text(&row.vendor),
            Known::Model => Cell::text(&row.model),
            Known::Serial => Cell::text(&row.serial),
            Known::Os => Cell::text(format!("{} {}", row.os_name, row.os_version).trim()),
            Known::Cpu => Cell::text(&row.cpu),
            Known::Memory => Cell::amount(row.memory_bytes, GIB),
            Known::Disk => Cell::amount(row.disk_bytes, GB),
            Known::Fullest if row.disk_bytes > 0 => Cell::Number(row.fullest as f64),
            Known::Fullest => Cell::Empty,
            Known::Ip => Cell::text(&row.ip),
            Known::Mac => Cell::text(&row.mac),
            Known::Standing => word(&row.standing),
            Known::InventoryNumber => Cell::text(&row.inventory_number),
            Known::Place => Cell::text(&row.place),
            Known::Bought => Cell::day(row.bought_at, &self.zone),
            Known::Price => Cell::text(&row.price),
            Known::Lease => Cell::day(row.lease_until, &self.zone),
            Known::Warranty => Cell::day(row.warranty_until, &self.zone),
            Known::Whereabouts if row.office.is_empty() => word(&row.whereabouts),
            Known::Whereabouts => Cell::text(&row.office),
            Known::Updates => number(row.updates),
            Known::SecurityUpdates => number(row.security_updates),
            Known::Note => Cell::text(&row.note),
            Known::First => moment(row.first_at),
            Known::Seen => moment(row.seen_at),
            Known::Sources => {
                let sources = row.sources.split(',').filter(|word| !word.is_empty());
                Cell::text(&sources.map(|source| self.words.word(source)).collect::<Vec<_>>().join(", "))
            }
            Known::Id => Cell::text(&row.id),
        }
    }
}
