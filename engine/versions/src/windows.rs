//! Windows' versions: numbers with dots between, of files (`VS_FIXEDFILEINFO`), builds and Microsoft's products.
//! Missing numbers are zero, and each is compared as a number.

use crate::number::{Number, number};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(Vec<Number>);

/// A file's version has four; nobody has more than eight.
const MOST_PARTS: usize = 8;

pub(crate) fn read(text: &str) -> Result<Version, &'static str> {
    let parts: Option<Vec<Number>> = text.split('.').map(number).collect();
    let mut parts = parts.ok_or("it is not numbers with dots between")?;
    if parts.len() > MOST_PARTS {
        return Err("it has more than eight numbers");
    }
    while parts.last().is_some_and(Number::is_zero) {
        parts.pop();
    }
    Ok(Version(parts))
}
