//! `POST /api/v1/vulnerabilities/appliances/banners/preview` and `.../import`: a list of devices with what they answer, as scanners and
//! people write it down: a name, then a tab, a comma or a semicolon, then the banner.

use std::collections::HashMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{Appliance, How, Written, body::in_sight, rows, write};
use crate::{remote::product_of_banner, server::board::ring};

/// Lines of one list.
const MOST: usize = 5_000;

/// A list of devices and what they answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BannerList {
    /// Lines of a name, a tab, a comma or a semicolon, and a banner; at most 5,000.
    text: String,
    /// The group of the devices that are new.
    group_id: String,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BannerRow {
    /// Counted from 1.
    line: usize,
    name: String,
    banner: String,
    product: Option<String>,
    release: Option<String>,
    /// Why it cannot be used: `unreadable` (no name before the banner), `unknown_product`, `duplicate` (the name came before).
    fault: Option<String>,
}

/// What a list says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BannerPreview {
    rows: Vec<BannerRow>,
    good: usize,
    bad: usize,
}

/// What became of a list.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct BannersImported {
    created: usize,
    updated: usize,
    /// Lines that could not be used.
    skipped: usize,
}

/// Show what a list of banners says
#[utoipa::path(post, path = "/api/v1/vulnerabilities/appliances/banners/preview", tag = "vulnerabilities", request_body = BannerList,
    responses((status = 200, body = BannerPreview), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<BannerList>,
) -> ApiResult<Json<BannerPreview>> {
    in_sight(&ctx, &caller, &body.group_id).await?;
    let rows = read(&body.text)?;
    let good = rows.iter().filter(|row| row.fault.is_none()).count();
    Ok(Json(BannerPreview { bad: rows.len() - good, good, rows }))
}

/// Import a list of banners
///
/// A device that is known by its name gets what it runs now; others are new. Lines that cannot be used are left out and counted.
#[utoipa::path(post, path = "/api/v1/vulnerabilities/appliances/banners/import", tag = "vulnerabilities", request_body = BannerList,
    responses((status = 200, body = BannersImported), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn import(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<BannerList>,
) -> ApiResult<Json<BannersImported>> {
    in_sight(&ctx, &caller, &body.group_id).await?;
    let lines = read(&body.text)?;
    let known: HashMap<String, super::Row> =
        rows(&ctx, &caller, None).await?.into_iter().map(|row| (row.name.to_lowercase(), row)).collect();
    let mut done = BannersImported::default();
    let mut change = Change::begin(&ctx, &caller, "appliance.import").await?;
    let at = change.at().micros();
    for line in &lines {
        let (Some(product), Some(release), None) = (&line.product, &line.release, &line.fault) else {
            done.skipped += 1;
            continue;
        };
        let before = known.get(&line.name.to_lowercase());
        let id = before.map_or_else(|| Id::<Appliance>::new().to_string(), |row| row.id.clone());
        let one = Written {
            id: &id,
            asset_id: before.and_then(|row| row.asset_id.as_deref()),
            group_id: before.map_or(&body.group_id, |row| &row.group_id),
            name: &line.name,
            product,
            version: release,
            how: How::Banner,
        };
        write(change.on(), &one, at, &caller.name).await?;
        *if before.is_some() { &mut done.updated } else { &mut done.created } += 1;
    }
    let object = Object::new("appliance", &"banners", "");
    change.commit(Audit::created(object, &json!({"group": body.group_id, "done": done}))).await?;
    ring(&ctx);
    Ok(Json(done))
}

/// What each line says. Empty ones, and those that begin with `#`, say nothing.
fn read(text: &str) -> Result<Vec<BannerRow>, ApiError> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let mut rows: Vec<BannerRow> = lines.take(MOST + 1).map(|(at, line)| row(at, line)).collect();
    if rows.len() > MOST {
        return Err(ApiError::invalid("/text", "out_of_range", format!("at most {MOST} lines at a time")));
    }
    let mut names = std::collections::HashSet::new();
    for row in &mut rows {
        if row.fault.is_none() && !names.insert(row.name.to_lowercase()) {
            row.fault = Some("duplicate".to_owned());
        }
    }
    Ok(rows)
}

fn row(line: usize, text: &str) -> BannerRow {
    // A tab goes before the others: a banner may have commas.
    let parts = text.split_once('\t').or_else(|| text.split_once([',', ';']));
    let (name, banner) = parts.map_or((text.trim(), ""), |(name, banner)| (name.trim(), banner.trim()));
    let banner = banner.trim_matches('"');
    let found = product_of_banner(banner);
    let fault = if name.is_empty() || banner.is_empty() {
        Some("unreadable")
    } else if found.is_none() {
        Some("unknown_product")
    } else {
        None
    };
    BannerRow {
        line,
        name: name.to_owned(),
        banner: banner.to_owned(),
        product: found.as_ref().map(|(product, _)| product.key.to_owned()),
        release: found.map(|(_, version)| version),
        fault: fault.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BANNER: &str = "FortiGate-100F v7.2.4,build1396,230131 (GA.F)";

    #[test]
    fn lines_say_what_runs_where_and_faults_are_named() {
        let text = format!("# from the scanner\nvpn-1\t{BANNER}\n\nvpn-2,teapot\nVPN-1;{BANNER}\nno banner here\n");
        let rows = read(&text).unwrap();
        let said: Vec<_> = rows.iter().map(|row| (row.line, row.name.as_str(), row.fault.as_deref())).collect();
        assert_eq!(
            said[1..],
            [
                (4, "vpn-2", Some("unknown_product")),
                (5, "VPN-1", Some("duplicate")),
                (6, "no banner here", Some("unreadable"))
            ]
        );
        assert_eq!(said[0], (2, "vpn-1", None));
        assert_eq!(rows[0].product.as_deref(), Some("fortinet:fortios"));
        assert_eq!(rows[0].release.as_deref(), Some("7.2.4"));
    }

    #[test]
    fn a_list_without_an_end_is_refused() {
        assert!(read(&"a\tb\n".repeat(MOST + 1)).is_err());
        assert!(read(&"\n".repeat(MOST + 1)).unwrap().is_empty());
    }
}
