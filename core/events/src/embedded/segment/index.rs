//! What of a row goes into the text index, and what a query wants of it: the two sides of one agreement.

use std::io;

use uuid::Uuid;
use yagura_search_language::Row as _;
use yagura_text_index::{Builder, Token, Wanted, fold};

use crate::{
    KindFilter,
    embedded::{columns::Column, rows::RowView},
    fields::Fields,
    matcher::{Matcher, Owner},
};

/// Names of fields in the index. They are part of the format.
mod field {
    pub(super) const ENDPOINT: &str = "endpoint";
    pub(super) const PERSON: &str = "person";
    pub(super) const ACCOUNT: &str = "account";
    pub(super) const ACCOUNT_ID: &str = "account_id";
    pub(super) const FEATURE: &str = "feature";
    pub(super) const KIND: &str = "kind";
    pub(super) const FAMILY: &str = "family";
    pub(super) const LEVEL: &str = "level";
    pub(super) const IMAGE: &str = "image";
    pub(super) const PROCESS: &str = "process";
    pub(super) const PARENT: &str = "parent";
    pub(super) const SHA256: &str = "sha256";
    pub(super) const IP: &str = "ip";
    pub(super) const SERIAL: &str = "serial";
}

/// Tells the index about a row. What it has in common with the row before is not told again within a block.
pub(super) fn add(to: &mut Builder, row: &RowView<'_>) -> io::Result<()> {
    let before = (row.row > 0 && !to.is_at_block_start()).then(|| RowView { table: row.table, row: row.row - 1 });
    let before = before.as_ref();
    let mut put = |name: &str, value: &[u8]| to.token(Token::new(name, value));
    if before.is_none_or(|before| before.endpoint() != row.endpoint()) {
        put(field::ENDPOINT, row.endpoint().as_bytes());
    }
    let id = |row: &RowView<'_>| [row.person(), row.process_guid(), row.parent_guid()];
    let ids = id(row).into_iter().zip(before.map_or([None; 3], id));
    for (name, (id, before)) in [field::PERSON, field::PROCESS, field::PARENT].into_iter().zip(ids) {
        if let Some(id) = id.filter(|_| id != before) {
            put(name, id.as_bytes());
        }
    }
    let new_text = |column| {
        let text = row.table.text(column, row.row)?;
        (before.and_then(|before| before.table.text(column, before.row)) != Some(text)).then_some(text)
    };
    let texts = [
        (field::FEATURE, Column::Feature),
        (field::LEVEL, Column::Level),
        (field::ACCOUNT_ID, Column::AccountId),
        (field::IMAGE, Column::Image),
        (field::SHA256, Column::HashSha256),
        (field::IP, Column::RemoteIp),
        (field::SERIAL, Column::DeviceSerial),
    ];
    for (name, column) in texts {
        if let Some(text) = new_text(column) {
            put(name, text.as_bytes());
        }
    }
    if before.is_none_or(|before| before.kind() != row.kind()) {
        put(field::KIND, row.kind().as_bytes());
        // `a.b.c` is of the families `a` and `a.b`.
        for (dot, _) in row.kind().match_indices('.') {
            put(field::FAMILY, &row.kind().as_bytes()[..dot]);
        }
    }
    if let Some(name) = new_text(Column::AccountName) {
        put(field::ACCOUNT, fold(name).as_bytes());
    }
    let mut take = |text: &str| {
        to.text(text);
        false
    };
    row.any_text(&mut take);
    row.any_body_text(&mut |_| false, &mut take);
    to.end_row()
}

/// What a row that matches must contain. Never stricter than the matcher.
pub(crate) fn wanted(matcher: &Matcher) -> Wanted {
    let mut parts = vec![];
    let id = |name, id: Uuid| Wanted::value(name, id.as_bytes());
    let ids = |name, ids: &mut dyn Iterator<Item = Uuid>| Wanted::or(ids.map(|one| id(name, one)));
    if let Some(endpoints) = matcher.endpoints.as_ref().filter(|endpoints| endpoints.len() <= MANY) {
        parts.push(ids(field::ENDPOINT, &mut endpoints.iter().copied()));
    }
    parts.extend(matcher.person.map(|person| id(field::PERSON, person)));
    parts.extend(matcher.owner.as_ref().map(owner));
    if let Some(process) = matcher.process {
        let parent = process.or_parent.then(|| id(field::PARENT, process.guid));
        parts.push(Wanted::or([id(field::PROCESS, process.guid)].into_iter().chain(parent)));
    }
    let exact = [
        (field::ACCOUNT, &matcher.account),
        (field::IMAGE, &matcher.image),
        (field::SHA256, &matcher.hash_sha256),
        (field::SERIAL, &matcher.device_serial),
        (field::FEATURE, &matcher.feature),
    ];
    parts.extend(exact.into_iter().filter_map(|(name, value)| Some(Wanted::value(name, value.as_deref()?))));
    if !matcher.remote_ip.is_empty() {
        parts.push(Wanted::or(matcher.remote_ip.iter().map(|ip| Wanted::value(field::IP, ip))));
    }
    if !matcher.kinds.is_empty() {
        parts.push(Wanted::or(matcher.kinds.iter().map(|kind| match kind {
            KindFilter::Exact(kind) => Wanted::value(field::KIND, kind),
            KindFilter::Family(family) => Wanted::value(field::FAMILY, family),
        })));
    }
    if !matcher.levels.is_empty() {
        parts.push(Wanted::or(matcher.levels.iter().map(|level| Wanted::value(field::LEVEL, level.as_str()))));
    }
    parts.extend(matcher.text.as_ref().map(|needle| Wanted::text(needle.folded())));
    parts.extend(matcher.asked.as_ref().map(|asked| asked.expr().wanted()));
    Wanted::and(parts)
}

/// More endpoints than this are not looked up one by one.
const MANY: usize = 256;

fn owner(owner: &Owner) -> Wanted {
    let person = owner.person.map(|person| Wanted::value(field::PERSON, person.as_bytes()));
    let accounts = owner.accounts.iter().flat_map(|(endpoint, ids)| {
        ids.iter().map(|id| {
            Wanted::and([Wanted::value(field::ENDPOINT, endpoint.as_bytes()), Wanted::value(field::ACCOUNT_ID, id)])
        })
    });
    Wanted::or(person.into_iter().chain(accounts))
}
