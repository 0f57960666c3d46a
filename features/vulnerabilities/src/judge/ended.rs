//! A program whose release nobody looks after any more.

use super::{Installed, Verdict, part};
use crate::{
    claim::{Evidence, Standing},
    count::END,
    programs::{self, Ends},
};

/// That a program's release has ended by a day, counted from 1970. What will be found in it will not be mended there.
#[must_use]
pub fn ended(installed: &Installed, ends: &Ends, today: i64) -> Option<Verdict> {
    let (product, cycle) = programs::ended(installed, ends, today)?;
    Some(Verdict {
        weakness: format!("{END}{product}:{cycle}"),
        subject: format!("{product} {cycle}"),
        part: part(installed),
        standing: Standing::Open,
        installed: installed.version.clone(),
        fixed: String::new(),
        advisory: String::new(),
        feed: String::new(),
        evidence: Evidence::Database,
    })
}
