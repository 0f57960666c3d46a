//! `POST /api/v1/distribution/scripts`: a script, or the next version of one.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::fs;
use utoipa::ToSchema;
use yagura_blobs::publish;
use yagura_channel::wire::blob::{BlobHash, BlobPurpose};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{ShelfItem, Uploads, read::find, view::ShelfView};

/// Longest script, in bytes.
const MOST: usize = 1 << 20;
/// Longest name, in characters.
const NAME: usize = 100;
/// Longest note, in characters.
const NOTE: usize = 1000;

/// A script. One of a name that is known becomes its next version; the versions before stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScript {
    name: String,
    text: String,
    /// With what it is run: an absolute path such as `/bin/sh`, which the endpoint's policy must allow.
    interpreter: String,
    #[serde(default)]
    note: String,
}

impl NewScript {
    fn check(&self) -> Result<(), ApiError> {
        let invalid = |pointer, code, what: &str| Err(ApiError::invalid(pointer, code, what));
        // It is a file's name on endpoints.
        let fits = |c: char| !c.is_control() && !"/\\\0".contains(c);
        if self.name.trim().is_empty() {
            return invalid("/name", "required", "give the script a name");
        }
        if self.name.chars().count() > NAME || self.name.starts_with(['.', '-']) || !self.name.chars().all(fits) {
            return invalid(
                "/name",
                "invalid",
                "at most 100 characters, no slash, and no dot or hyphen at the beginning",
            );
        }
        if self.text.trim().is_empty() {
            return invalid("/text", "required", "the script is empty");
        }
        if self.text.len() > MOST {
            return invalid("/text", "too_long", "a script has at most a megabyte");
        }
        let path = self.interpreter.as_str();
        if !path.starts_with('/')
            || path.len() > 200
            || path.contains(char::is_whitespace)
            || path.split('/').any(|part| part == "..")
        {
            return invalid("/interpreter", "invalid", "an absolute path such as /bin/sh");
        }
        if self.note.chars().count() > NOTE {
            return invalid("/note", "too_long", "at most 1000 characters");
        }
        Ok(())
    }
}

/// Write a script
#[utoipa::path(post, path = "/api/v1/distribution/scripts", tag = "distribution", request_body = NewScript,
    responses((status = 201, body = ShelfView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn write(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewScript>,
) -> ApiResult<(StatusCode, Json<ShelfView>)> {
    body.check()?;
    let name = body.name.trim();
    // What was written in a browser on Windows ends its lines as no shell can read them.
    let text = body.text.replace("\r\n", "\n");
    let hash = BlobHash::of(text.as_bytes()).to_string();
    let id = Id::<ShelfItem>::new();
    let mut change = Change::begin(&ctx, &caller, "script.create").await?;
    let newest: Option<(i64, String, String)> = sqlx::query_as(
        "SELECT number, hash, interpreter FROM distribution_item WHERE kind = 'script' AND name = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(name)
    .fetch_optional(change.on())
    .await?;
    if newest.as_ref().is_some_and(|(_, known, interpreter)| *known == hash && *interpreter == body.interpreter) {
        return Err(ApiError::conflict("the newest version of this script is the same").with("/text", "same", None));
    }
    let number = newest.map_or(0, |(number, ..)| number) + 1;
    let Uploads(folder) = ctx.part();
    let file = folder.join(id.to_string());
    let written = async {
        fs::create_dir_all(folder).await?;
        fs::write(&file, &text).await
    };
    written.await.map_err(|error| ApiError::unavailable(&error))?;
    let published = publish(&ctx, &mut change, name, BlobPurpose::Package, &file).await;
    // The next start removes what cannot be removed now.
    let _ = fs::remove_file(&file).await;
    published?;
    let at = change.at().micros();
    sqlx::query(
        "INSERT INTO distribution_item (id, kind, name, version, number, file_name, architecture, head, hash, size, content,
         interpreter, note, created_at, created_by) VALUES ($1, 'script', $2, $3, $4, $2, '', '', $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id.to_string())
    .bind(name)
    .bind(number.to_string())
    .bind(number)
    .bind(&hash)
    .bind(i64::try_from(text.len()).unwrap_or(i64::MAX))
    .bind(&text)
    .bind(&body.interpreter)
    .bind(&body.note)
    .bind(at)
    .bind(&caller.name)
    .execute(change.on())
    .await?;
    let after = json!({"name": name, "version": number, "interpreter": body.interpreter, "sha256": hash, "text": text});
    change.commit(Audit::created(Object::new("script", &id, &format!("{name} ({number})")), &after)).await?;
    Ok((StatusCode::CREATED, Json(find(&ctx, &id.to_string()).await?.try_into()?)))
}
