//! The catalogue of known exploited vulnerabilities: <https://www.cisa.gov/known-exploited-vulnerabilities-catalog>,
//! its JSON as the schema beside it describes.

use std::io::BufRead;

use serde::Deserialize;

use super::cve;
use crate::{
    Exploited, ReadError, Record,
    source::{Feed, Json, Wrong, need, typed},
    time::micros,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "cveID")]
    id: Option<String>,
    date_added: Option<String>,
    due_date: Option<String>,
    known_ransomware_campaign_use: Option<String>,
    required_action: Option<String>,
}

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let mut json = Json::new(input, feed);
    let mut has_list = false;
    json.object(|json, name| {
        if name != "vulnerabilities" {
            return json.skip();
        }
        has_list = true;
        json.array(|json| {
            let at = json.at();
            let entry = typed(json.value()?).and_then(exploited);
            feed.entry(at, entry.map(|one| vec![Record::Exploited(one)]))
        })
    })?;
    json.end()?;
    if has_list { Ok(()) } else { Err(feed.changed("vulnerabilities")) }
}

fn exploited(entry: Entry) -> Result<Exploited, Wrong> {
    let id = need("vulnerabilities[].cveID", entry.id)?;
    let added = need("vulnerabilities[].dateAdded", entry.date_added).map_err(|wrong| wrong.of(&id))?;
    Ok(Exploited {
        added: micros(&added).ok_or_else(|| Wrong::bad("`dateAdded` is no day").of(&id))?,
        due: entry.due_date.and_then(|day| micros(&day)),
        ransomware: entry.known_ransomware_campaign_use.is_some_and(|word| word.eq_ignore_ascii_case("known")),
        action: entry.required_action.unwrap_or_default(),
        id: cve(&id).ok_or_else(|| Wrong::bad("`cveID` is no CVE").of(&id))?,
    })
}
