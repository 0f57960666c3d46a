//! `POST /api/v1/vulnerabilities/feeds/{id}/import`: a file instead of the network. The answer comes when the file is here; the work goes on
//! in the background.

use axum::{body::Body, extract::State};
use futures_util::StreamExt as _;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Code, Context, Json, Object, Path, Query, error::Problem,
};

use super::{
    Feeds,
    file::{Coming, FileError, Kept, LARGEST},
    for_all, job,
    run::{self, Work},
    signature::{PublicKey, Signature},
    view::{Row, find},
};

/// What is known of the file beforehand.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// The file's name.
    name: Option<String>,
    /// Its SHA-256 in hexadecimal digits: a file with another one is refused.
    sha256: Option<String>,
    /// The text of its `.minisig`, where the feed has a public key.
    signature: Option<String>,
    /// Whether it is all that the feed says, so that what is not in it goes. By its format when absent: lists of changes, single advisories
    /// and pages of the NVD are a part.
    whole: Option<bool>,
}

/// The import that began.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VulnerabilityImportBegun)]
pub(crate) struct Begun {
    import_id: String,
}

/// Import a feed from a file
///
/// Plain, or packed as gzip, zstd, bzip2, xz or zip. It is taken over only if it can be read to its end; otherwise what is known stays.
#[utoipa::path(post, path = "/api/v1/vulnerabilities/feeds/{id}/import", tag = "vulnerabilities",
    params(("id" = String, Path), ImportQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 202, body = Begun), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn import(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<ImportQuery>,
    body: Body,
) -> ApiResult<(StatusCode, Json<Begun>)> {
    for_all(&caller)?;
    let feed = find(&ctx, &id).await?;
    let file = receive(&ctx, body).await?;
    check(&feed, &query, &file)?;
    let name = query.name.unwrap_or_default();
    let mut change = Change::begin(&ctx, &caller, "vulnerability_feed.import").await?;
    let at = change.at();
    let import = job::begin(change.on(), &feed.id, (&name, &caller.name), at).await?;
    let after = json!({"file": name, "bytes": file.bytes, "sha256": file.sha256});
    change.commit(Audit::changed(Object::new("vulnerability_feed", &id, &feed.name), &(), &after)).await?;
    let import_id = import.to_string();
    let whole = query.whole.unwrap_or_else(|| run::is_whole(&feed.format, &file));
    let work = Work {
        feed: feed.id,
        format: feed.format,
        import: import_id.clone(),
        files: vec![file],
        whole,
        faults: Vec::new(),
    };
    let task = ctx.clone();
    ctx.spawn(async move {
        run::run(&task, work).await;
    });
    Ok((StatusCode::ACCEPTED, Json(Begun { import_id })))
}

async fn receive(ctx: &Context, body: Body) -> Result<Kept, ApiError> {
    let failed = |error: FileError| match error {
        FileError::TooLarge(_) => ApiError::new(Code::TooLarge, error.to_string()),
        FileError::Write(_) => ApiError::unavailable(&error),
    };
    let mut coming = Coming::begin(&ctx.part::<Feeds>().dir, LARGEST).await.map_err(failed)?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            ApiError::new(Code::Invalid, format!("the upload broke off: {error}")).with("", "cut", None)
        })?;
        coming.write(&piece).await.map_err(failed)?;
    }
    coming.finish().await.map_err(failed)
}

/// Passes when the file is the one that is meant, and its publisher's.
fn check(feed: &Row, query: &ImportQuery, file: &Kept) -> Result<(), ApiError> {
    if let Some(wanted) = &query.sha256
        && !wanted.trim().eq_ignore_ascii_case(&file.sha256)
    {
        let detail = format!("the file's SHA-256 is {}, not the one that was given; fetch it again", file.sha256);
        return Err(ApiError::invalid("?sha256", "wrong_hash", detail));
    }
    if feed.public_key.is_empty() {
        return Ok(());
    }
    let Some(text) = &query.signature else {
        let detail =
            "this feed has a public key, so its files need a signature (?signature= with the text of the .minisig)";
        return Err(ApiError::invalid("?signature", "required", detail));
    };
    let checked = PublicKey::read(&feed.public_key).and_then(|key| key.check(&file.blake2, &Signature::read(text)?));
    checked.map_err(|error| ApiError::invalid("?signature", "wrong_signature", error.to_string()))
}
