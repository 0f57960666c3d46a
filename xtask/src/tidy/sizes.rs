//! How long files are. Reported, never a reason to fail: a good long file exists, an unexplained one should not.

use crate::files::File;

/// Above this many lines a file says in its head why: `long: REASON`.
const EXPLAINED_ABOVE: usize = 600;
/// How many lines count as the head.
const HEAD: usize = 20;

pub(super) fn report(files: &[File]) -> Vec<String> {
    // Nobody wrote these.
    let written = files.iter().filter(|file| !file.path.ends_with("generated.ts"));
    let mut sizes: Vec<(usize, &File)> = written.map(|file| (file.text.lines().count(), file)).collect();
    sizes.sort_by_key(|(lines, _)| *lines);
    let Some(last) = sizes.len().checked_sub(1) else { return vec!["no sources".to_owned()] };
    let at = |share: usize| sizes[last * share / 100].0;
    let mut lines = vec![format!(
        "{} source files: median {} lines (good: 150), p90 {} (good: 300), longest {}",
        sizes.len(),
        at(50),
        at(90),
        sizes[last].0
    )];
    for (size, file) in sizes.iter().rev().take_while(|(size, _)| *size > EXPLAINED_ABOVE) {
        if !file.text.lines().take(HEAD).any(|line| line.contains("long:")) {
            lines.push(format!(
                "{} has {size} lines; its head should say why (\"long: …\"), or it should be split",
                file.path
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize, head: &str) -> File {
        File { path: path.to_owned(), text: head.to_owned() + &"x\n".repeat(lines) }
    }

    #[test]
    fn a_long_file_without_a_reason_is_named() {
        let report = report(&[file("a.rs", 601, ""), file("b.rs", 601, "// long: a table\n"), file("c.rs", 10, "")]);
        assert_eq!(report.len(), 2);
        assert!(report[1].starts_with("a.rs has 601 lines"));
    }
}
