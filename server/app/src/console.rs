//! The console's files, which lie inside the program. Every path that is no file is a page of the console.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, Uri, header};
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Files;

/// Serves `GET` for everything that is no endpoint.
pub(crate) async fn file(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || path.starts_with("agent/") {
        return yagura_server_kit::ApiError::not_found("endpoint of the API").into_response();
    }
    match Files::get(path) {
        // Vite puts a hash of their content into the names of these.
        Some(file) if path.starts_with("assets/") => answer(path, file, "public, max-age=31536000, immutable"),
        Some(file) if !path.is_empty() => answer(path, file, "no-cache"),
        _ => match Files::get("index.html") {
            Some(file) => answer("index.html", file, "no-cache"),
            None => (StatusCode::NOT_FOUND, "this server was built without its console\n").into_response(),
        },
    }
}

fn answer(path: &str, file: EmbeddedFile, cache: &'static str) -> Response {
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
