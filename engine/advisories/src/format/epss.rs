//! FIRST's Exploit Prediction Scoring System: <https://www.first.org/epss/data_stats>, the daily CSV.
//!
//! ```text
//! #model_version:v2025.03.14,score_date:2026-01-31T00:00:00+0000
//! cve,epss,percentile
//! CVE-2024-3094,0.84210,0.99270
//! ```

use std::io::BufRead;

use super::cve;
use crate::{
    Epss, ReadError, Record,
    source::{Feed, Lines, Wrong, need},
    time::day,
};

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let mut lines = Lines::new(input, feed);
    let expected = "`#model_version:…,score_date:…`";
    let first = match lines.next()? {
        Some((_, line)) => String::from_utf8_lossy(line).into_owned(),
        None => return Err(lines.cut()),
    };
    let Some(about) = first.strip_prefix("#model_version:") else { return Err(lines.not_this(expected)) };
    let date = about.split(',').find_map(|part| part.strip_prefix("score_date:"));
    let Some(date) = date.and_then(day) else { return Err(feed.changed("score_date")) };

    let titles = match lines.next()? {
        Some((_, line)) => String::from_utf8_lossy(line).to_lowercase(),
        None => return Err(lines.cut()),
    };
    // Columns are found by their titles: the feed has gained one before.
    let titles: Vec<_> = titles.split(',').map(str::trim).collect();
    let column = |title: &str| titles.iter().position(|it| *it == title).ok_or_else(|| feed.changed(title));
    let columns = [column("cve")?, column("epss")?, column("percentile")?];

    while let Some((at, line)) = lines.next()? {
        if line.is_empty() {
            continue;
        }
        let likelihood = likelihood(line, columns, &date);
        feed.entry(at, likelihood.map(|one| vec![Record::Likelihood(one)]))?;
    }
    Ok(())
}

fn likelihood(line: &[u8], columns: [usize; 3], day: &str) -> Result<Epss, Wrong> {
    let line = std::str::from_utf8(line).map_err(|_| Wrong::bad("a line is not UTF-8"))?;
    let fields: Vec<_> = line.split(',').map(str::trim).collect();
    let [id, probability, percentile] = columns.map(|at| fields.get(at).copied());
    let id = need("cve", id)?;
    let share = |name, field: Option<&str>| {
        let number = need(name, field).map_err(|wrong| wrong.of(id))?.parse::<f64>();
        let share = number.ok().filter(|number| (0.0..=1.0).contains(number));
        share.ok_or_else(|| Wrong::bad(format!("`{name}` is not from 0 to 1")).of(id))
    };
    Ok(Epss {
        probability: share("epss", probability)?,
        percentile: share("percentile", percentile)?,
        day: day.to_owned(),
        id: cve(id).ok_or_else(|| Wrong::bad("`cve` is no CVE").of(id))?,
    })
}
