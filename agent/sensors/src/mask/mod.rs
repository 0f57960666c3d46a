//! Takes secrets out of command lines before anything else sees them: what was never written down cannot leak.
//!
//! Two layers. This one knows arguments and options (`--password X`, `mysql -pX`); [`text`] knows what a secret looks
//! like inside any text (`key=value`, URLs, headers, well-known token shapes). Both prefer masking too much: a masked
//! word costs an investigator a guess, an unmasked password costs the organisation an account.

mod names;
mod text;

use std::borrow::Cow;

use names::{Form, short_option};
pub use text::text;

/// What stands where a secret stood.
pub const MASK: &str = "***";

/// Masks the secrets in a program's arguments, the program's own name first. Gives whether there were any.
///
/// Masking twice is masking once.
pub fn arguments(arguments: &mut [String]) -> bool {
    let mut scan = Scan::default();
    let mut found = false;
    for argument in arguments {
        let masked = if argument.contains(char::is_whitespace) && !scan.value_next {
            nested(argument)
        } else {
            scan.word(argument)
        };
        if let Some(masked) = masked {
            found = true;
            *argument = masked;
        }
    }
    found
}

/// Masks an argument that has words of its own: a message, a header, or a command for `sh -c`.
fn nested(argument: &str) -> Option<String> {
    let plain = text(argument);
    let mut scan = Scan::default();
    let mut out = String::with_capacity(plain.len());
    let mut found = matches!(plain, Cow::Owned(_));
    for piece in plain.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        match scan.word(word).filter(|_| !word.is_empty()) {
            Some(masked) => {
                found = true;
                out.push_str(&masked);
            }
            None => out.push_str(word),
        }
        out.push_str(&piece[word.len()..]);
    }
    found.then_some(out)
}

/// Walks over words and remembers what the last ones mean for the next.
#[derive(Default)]
struct Scan {
    /// The known program whose options these are.
    tool: Option<String>,
    /// The last word was an option whose value is secret.
    value_next: bool,
    /// The last word was an option whose value is `user:password` or the like.
    pair_next: Option<char>,
}

impl Scan {
    /// The word with its secrets masked, or `None` if it has none.
    fn word(&mut self, word: &str) -> Option<String> {
        if std::mem::take(&mut self.value_next) && !word.starts_with('-') {
            return changed(word, MASK.to_owned());
        }
        if let Some(separator) = self.pair_next.take() {
            return mask_after(word, separator).and_then(|masked| changed(word, masked));
        }
        if matches!(word, ";" | "&&" | "||" | "|") {
            self.tool = None;
        }
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        if names::is_tool(name) {
            self.tool = Some(name.to_owned());
        }
        if let Some(option) = word.strip_prefix("--") {
            if !option.contains('=') && names::is_secret(option) {
                self.value_next = true;
                return None;
            }
            if matches!(option, "user" | "proxy-user") && self.tool.as_deref() == Some("curl") {
                self.pair_next = Some(':');
                return None;
            }
        } else if let Some(masked) = self.short(word) {
            return changed(word, masked);
        }
        match text(word) {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => None,
        }
    }

    fn short(&mut self, word: &str) -> Option<String> {
        let (option, form) = short_option(self.tool.as_deref()?, word)?;
        let rest = &word[option.len()..];
        match form {
            Form::Attached | Form::Either if !rest.is_empty() => return Some(format!("{option}{MASK}")),
            Form::Next | Form::Either if rest.is_empty() => self.value_next = true,
            Form::Pair(separator) if rest.is_empty() => self.pair_next = Some(separator),
            Form::Pair(separator) => return mask_after(rest, separator).map(|masked| format!("{option}{masked}")),
            Form::Attached | Form::Next | Form::Either => {}
        }
        None
    }
}

fn changed(before: &str, after: String) -> Option<String> {
    (before != after).then_some(after)
}

fn mask_after(word: &str, separator: char) -> Option<String> {
    let (name, secret) = word.split_once(separator)?;
    (!secret.is_empty()).then(|| format!("{name}{separator}{MASK}"))
}

#[cfg(test)]
mod tests;
