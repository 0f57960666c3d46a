//! Semantic Versioning 2.0.0, section 11. Less strict than its grammar in two points, because feeds are: `v1.2.3` is
//! `1.2.3`, and `1.2` is `1.2.0`.

use crate::number::{Number, number};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    core: [Number; 3],
    stage: Stage,
}

/// Every pre-release stands before the release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Before(Vec<Identifier>),
    Release,
}

/// Numbers stand before texts, and the shorter of two lists before the longer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(Number),
    Text(Box<str>),
}

pub(crate) fn read(text: &str) -> Result<Version, &'static str> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    // What stands after the plus tells builds apart and has no order.
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    if build.is_some_and(|build| !build.split('.').all(is_identifier)) {
        return Err("its build, after the plus, is not identifiers with dots between");
    }
    let (core, before) = text.split_once('-').map_or((text, None), |(core, before)| (core, Some(before)));
    let stage = match before {
        None => Stage::Release,
        Some(list) => Stage::Before(list.split('.').map(identifier).collect::<Result<_, _>>()?),
    };
    Ok(Version { core: core_of(core)?, stage })
}

fn core_of(core: &str) -> Result<[Number; 3], &'static str> {
    let mut parts = core.split('.');
    let first = part(parts.next())?.ok_or("it does not begin with a number")?;
    let zero = number("0").ok_or("it does not begin with a number")?;
    let second = part(parts.next())?.unwrap_or_else(|| zero.clone());
    let third = part(parts.next())?.unwrap_or(zero);
    if parts.next().is_some() { Err("it has more than three numbers") } else { Ok([first, second, third]) }
}

fn part(text: Option<&str>) -> Result<Option<Number>, &'static str> {
    let Some(text) = text else { return Ok(None) };
    if text.len() > 1 && text.starts_with('0') {
        return Err("a number in it begins with zero");
    }
    number(text).map(Some).ok_or("it is not numbers with dots between")
}

fn identifier(text: &str) -> Result<Identifier, &'static str> {
    if !is_identifier(text) {
        return Err("its pre-release, after the hyphen, is not identifiers with dots between");
    }
    match number(text) {
        Some(_) if text.len() > 1 && text.starts_with('0') => Err("a number in its pre-release begins with zero"),
        Some(number) => Ok(Identifier::Number(number)),
        None => Ok(Identifier::Text(text.into())),
    }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
