//! Numbers of Windows' updates among whatever agents list. Pure.

use std::collections::BTreeSet;

/// The names that are numbers of updates, in order and each once: `KB5034123`. Agents list others beside them (`File 1`, service packs).
pub(crate) fn hotfixes(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let number = |name: String| {
        let name = name.trim().to_uppercase();
        let digits = name.strip_prefix("KB")?;
        let is_one = (6..=8).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
        is_one.then_some(name)
    };
    names.into_iter().filter_map(number).collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::hotfixes;

    #[test]
    fn only_numbers_of_updates_are_taken_and_each_once() {
        let names = ["KB5034123", "File 1", "kb5034123", "KB2565063 (x64)", "KB12", "KB5031356"].map(str::to_owned);
        assert_eq!(hotfixes(names), ["KB5031356", "KB5034123"]);
    }
}
