//! Python's order: PEP 440, with all spellings that its appendix B takes: `v1.0-alpha.1` is `1.0a1`.

use crate::number::{Number, digits, number, run};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    epoch: Number,
    /// Without zeros at its end: `1.0` is `1`.
    release: Vec<Number>,
    before: Before,
    /// None stands before every post-release.
    after: Option<Number>,
    dev: Dev,
    /// `1.0` stands before `1.0+ubuntu1`.
    local: Vec<Local>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    /// `1.0.dev1` stands before `1.0a1`.
    OnlyDev,
    Alpha(Number),
    Beta(Number),
    Candidate(Number),
    Not,
}

/// In development for something comes before that something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Dev {
    Number(Number),
    Not,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Local {
    Text(Box<str>),
    Number(Number),
}

pub(crate) fn read(text: &str) -> Result<Version, &'static str> {
    let text = text.to_ascii_lowercase();
    let text = text.strip_prefix('v').unwrap_or(&text);
    let (text, local) = match text.split_once('+') {
        Some((text, local)) => (text, local.split(['-', '_', '.']).map(segment).collect::<Result<_, _>>()?),
        None => (text, Vec::new()),
    };
    let (epoch, mut rest) = text.split_once('!').unwrap_or(("0", text));
    let epoch = number(epoch).ok_or("its epoch, before the exclamation mark, is not a number")?;
    let release = release(&mut rest)?;

    let before = match label(&mut rest, &["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]) {
        Some(("alpha" | "a", number)) => Some(Before::Alpha(number)),
        Some(("beta" | "b", number)) => Some(Before::Beta(number)),
        Some((_, number)) => Some(Before::Candidate(number)),
        None => None,
    };
    let after = bare_post(&mut rest).or_else(|| label(&mut rest, &["post", "rev", "r"]).map(|(_, number)| number));
    let dev = label(&mut rest, &["dev"]).map_or(Dev::Not, |(_, number)| Dev::Number(number));
    if !rest.is_empty() {
        return Err("something stands where only a pre-release, post-release, dev or local part may");
    }
    let before = before.unwrap_or(if after.is_none() && dev != Dev::Not { Before::OnlyDev } else { Before::Not });
    Ok(Version { epoch, release, before, after, dev, local })
}

fn release(rest: &mut &str) -> Result<Vec<Number>, &'static str> {
    let mut parts = vec![number(digits(rest)).ok_or("it does not begin with a number")?];
    while let Some(after) = rest.strip_prefix('.').filter(|after| after.starts_with(|it: char| it.is_ascii_digit())) {
        *rest = after;
        parts.extend(number(digits(rest)));
    }
    while parts.last().is_some_and(Number::is_zero) {
        parts.pop();
    }
    Ok(parts)
}

/// Takes a label and its number off `rest`, with the separators that may stand before and after the label. A label
/// without a number has zero.
fn label<'a>(rest: &mut &str, labels: &[&'a str]) -> Option<(&'a str, Number)> {
    let separated = |text| str::strip_prefix(text, ['-', '_', '.']).unwrap_or(text);
    let from = separated(*rest);
    let name = labels.iter().find(|name| from.starts_with(**name))?;
    *rest = separated(&from[name.len()..]);
    let (digits, after) = run(rest, |byte| byte.is_ascii_digit());
    *rest = after;
    number(digits).or_else(|| number("0")).map(|number| (*name, number))
}

/// `1.0-1` is `1.0.post1`.
fn bare_post(rest: &mut &str) -> Option<Number> {
    let (digits, after) = run(rest.strip_prefix('-')?, |byte| byte.is_ascii_digit());
    let number = number(digits)?;
    *rest = after;
    Some(number)
}

fn segment(text: &str) -> Result<Local, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("its local part, after the plus, is not letters and digits with separators between");
    }
    Ok(number(text).map_or_else(|| Local::Text(text.into()), Local::Number))
}
