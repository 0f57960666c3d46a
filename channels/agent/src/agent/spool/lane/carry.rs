//! Carrying what is not acknowledged over into a new numbering.

use std::{fs, path::Path};

use super::{LaneSpool, Missing, file_name, write_json};
use crate::{
    agent::{
        files::{self, FileError},
        spool::segment::{self, frame},
    },
    wire::body,
};

impl LaneSpool {
    /// Writes what is not acknowledged into the folder of a new numbering, which begins with 1.
    pub(in crate::agent::spool) fn carry_over(&mut self, to: &Path) -> Result<(), FileError> {
        self.close_tail()?;
        files::create_dir(to)?;
        let shift = self.acked.last;
        let name = |seq: u64| to.join(file_name(seq - shift));
        let mut from = shift + 1;
        if let Some(sealed) = self.sealed.as_ref().filter(|sealed| sealed.header.gap.is_none()) {
            // Its records may be gone from the segments; the batch itself is whole.
            let text = body::unpack(&sealed.bytes).unwrap_or_default();
            let mut records = Vec::with_capacity(text.len());
            text.split(|byte| *byte == b'\n').skip(1).for_each(|line| frame(line, &mut records));
            files::replace(&name(from), &records, self.durable)?;
            from = sealed.header.last + 1;
        }
        for segment in self.segments.iter().filter(|segment| segment.end() > from && segment.count > 0) {
            let path = self.path(segment.first);
            if segment.first >= from {
                let target = name(segment.first);
                // Not every file system has links.
                if fs::hard_link(&path, &target).is_err() {
                    fs::copy(&path, &target).map_err(FileError::of("copy", &path))?;
                }
                continue;
            }
            let content = files::read(&path)?.unwrap_or_default();
            let scan = segment::scan(&content, segment.count);
            let skip = usize::try_from(from - segment.first).unwrap_or(usize::MAX);
            files::replace(&name(from), segment::rest(&content, &scan, skip), self.durable)?;
        }
        let missing: Vec<_> = self
            .missing
            .iter()
            .filter(|gap| gap.last > shift)
            .map(|gap| Missing { first: gap.first.max(shift + 1) - shift, last: gap.last - shift, ..gap.clone() })
            .collect();
        write_json(&to.join("gaps"), &missing, self.durable)
    }
}
