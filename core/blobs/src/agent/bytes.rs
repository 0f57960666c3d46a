//! `GET /agent/v1/blobs/{hash}` with a range (RFC 9110 section 14): some bytes of a blob that is given out, at most
//! [`MOST`] at once. Without a range, or with one that is not understood, its beginning.

use std::ops::Range;

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, header};
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Context, Path};

use crate::store;

/// Most bytes of one answer.
const MOST: u64 = 8 << 20;

pub(crate) async fn bytes(
    State(ctx): State<Context>,
    Path(hash): Path<String>,
    headers: HeaderMap,
    request: AgentRequest,
) -> ApiResult<Response> {
    request.approved()?;
    let hash = super::hash(&hash)?;
    let (_, size) = super::published(&ctx, hash).await?;
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some(range) = range(asked, size) else {
        let all = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, all).into_response());
    };
    let said = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
    let bytes = store(&ctx).read(hash, range).await?.ok_or_else(|| ApiError::not_found("blob"))?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_RANGE, said)];
    Ok((StatusCode::PARTIAL_CONTENT, headers, bytes).into_response())
}

/// What is answered to `bytes=first-last` or `bytes=first-` of a blob of this size; `None` when it begins behind the end.
fn range(asked: Option<&str>, size: u64) -> Option<Range<u64>> {
    let (first, last) = asked
        .and_then(|text| text.strip_prefix("bytes=")?.split_once('-'))
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().unwrap_or(u64::MAX))))
        .unwrap_or((0_u64, u64::MAX));
    let end = last.saturating_add(1).min(size).min(first.saturating_add(MOST));
    (first < end || (first == 0 && size == 0)).then_some(first..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: &str, size: u64, expected: Option<(u64, u64)>) {
        let found = range(Some(asked), size).map(|range| (range.start, range.end));
        assert_eq!(found, expected, "{asked} of {size}");
    }

    #[test]
    fn a_range_is_cut_at_the_end_and_at_what_one_answer_holds() {
        check("bytes=0-9", 100, Some((0, 10)));
        check("bytes=90-200", 100, Some((90, 100)));
        check("bytes=5-", 100, Some((5, 100)));
        check("bytes=0-", 2 * MOST, Some((0, MOST)));
        check("bytes=1-18446744073709551615", u64::MAX, Some((1, MOST + 1)));
    }

    #[test]
    fn a_range_behind_the_end_or_backwards_cannot_be_had() {
        check("bytes=100-", 100, None);
        check("bytes=9-3", 100, None);
    }

    #[test]
    fn what_is_no_range_is_the_beginning() {
        check("lines=1-2", 100, Some((0, 100)));
        assert_eq!(range(None, 0), Some(0..0));
    }
}
