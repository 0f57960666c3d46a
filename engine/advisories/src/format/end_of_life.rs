//! Until when releases are looked after: <https://endoflife.date/docs/api/v1/>.
//!
//! Taken are the answers for one product (`products/debian`) and for all (`products/full`). The API v0 is not: its
//! answers do not say of which product they are.

use std::io::BufRead;

use serde::Deserialize;

use crate::{
    ReadError, Record, Support,
    source::{Feed, Json, Wrong, need, typed},
    time::micros,
};

#[derive(Deserialize)]
struct Product {
    name: Option<String>,
    releases: Option<Vec<Release>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Release {
    name: Option<String>,
    release_date: Option<String>,
    eoas_from: Option<String>,
    is_eol: Option<bool>,
    eol_from: Option<String>,
    eoes_from: Option<String>,
    latest: Option<Latest>,
}

#[derive(Deserialize)]
struct Latest {
    name: Option<String>,
}

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let mut json = Json::new(input, feed);
    if json.peek()? == Some(b'[') {
        return Err(json.unexpected("an answer of the API v1 (`https://endoflife.date/api/v1/…`)"));
    }
    let mut has_result = false;
    json.object(|json, name| {
        if name != "result" {
            return json.skip();
        }
        has_result = true;
        match json.peek()? {
            Some(b'[') => json.array(|json| product(json, feed)),
            _ => product(json, feed),
        }
    })?;
    json.end()?;
    if has_result { Ok(()) } else { Err(feed.changed("result")) }
}

fn product<R: BufRead>(json: &mut Json<R>, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    let at = json.at();
    feed.entry(at, typed(json.value()?).and_then(support))
}

fn support(product: Product) -> Result<Vec<Record>, Wrong> {
    let name = need("result.name", product.name)?;
    let releases = need("result.releases", product.releases).map_err(|wrong| wrong.of(&name))?;
    releases
        .into_iter()
        .map(|release| {
            let day = |text: Option<String>| text.as_deref().and_then(micros);
            Ok(Record::Support(Support {
                release: need("result.releases[].name", release.name).map_err(|wrong| wrong.of(&name))?,
                product: name.clone(),
                released: day(release.release_date),
                active_until: day(release.eoas_from),
                security_until: day(release.eol_from),
                extended_until: day(release.eoes_from),
                ended: release.is_eol.unwrap_or(false),
                latest: release.latest.and_then(|latest| latest.name),
            }))
        })
        .collect()
}
