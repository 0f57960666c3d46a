//! One answer over HTTP (RFC 9112), as CUPS gives it to a question after which the connection ends.

/// More header lines than this nobody sends.
const MOST_HEADERS: usize = 64;

/// Why an answer is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum AnswerError {
    #[error("the answer is no HTTP: {0}")]
    NoHttp(httparse::Error),
    #[error("the answer ends in the middle")]
    Cut,
    #[error("the printing system answered with status {0}")]
    Status(u16),
    #[error("a piece of the answer has no length")]
    Piece,
}

/// The body of a successful answer, which is all of `bytes`.
pub(crate) fn body(mut bytes: &[u8]) -> Result<Vec<u8>, AnswerError> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = answer.parse(bytes).map_err(AnswerError::NoHttp)? else {
            return Err(AnswerError::Cut);
        };
        let rest = bytes.get(length..).unwrap_or_default();
        match answer.code.unwrap_or_default() {
            // "Continue": the answer proper follows.
            100 => {
                bytes = rest;
                continue;
            }
            200 => {}
            status => return Err(AnswerError::Status(status)),
        }
        let header = |name: &str| answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        if header("transfer-encoding").is_some_and(|header| header.value.eq_ignore_ascii_case(b"chunked")) {
            return pieces(rest);
        }
        let length =
            header("content-length").and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse().ok());
        return match length {
            Some(length) => rest.get(..length).map(<[u8]>::to_vec).ok_or(AnswerError::Cut),
            None => Ok(rest.to_vec()),
        };
    }
}

/// Puts together a body that comes in pieces, each after its length.
fn pieces(mut rest: &[u8]) -> Result<Vec<u8>, AnswerError> {
    let mut body = Vec::new();
    loop {
        let (start, length) = match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Err(AnswerError::Cut),
            Err(_) => return Err(AnswerError::Piece),
        };
        if length == 0 {
            return Ok(body);
        }
        let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length)).ok_or(AnswerError::Cut)?;
        body.extend(rest.get(start..end).ok_or(AnswerError::Cut)?);
        rest = rest.get(end..).and_then(|rest| rest.strip_prefix(b"\r\n")).ok_or(AnswerError::Cut)?;
    }
}
