//! Documents that guide people through the sources name files that exist.

use crate::files::File;

/// Endings of names that are meant as files of this repository.
const SOURCES: &[&str] = &[".rs", ".c", ".ts", ".tsx", ".csv", ".md"];

/// Names in backquotes that no file's path ends with. `all` are the paths of the repository.
pub(super) fn violations(documents: &[File], all: &[String]) -> Vec<String> {
    let guides = documents.iter().filter(|file| !file.path.contains('/') || file.path.starts_with("docs/"));
    let mut found = Vec::new();
    for document in guides {
        for (index, line) in document.text.lines().enumerate() {
            for name in line.split('`').skip(1).step_by(2).filter(|name| is_file(name)) {
                if !all.iter().any(|path| path == name || path.ends_with(&format!("/{name}"))) {
                    found.push(format!("{}:{}: there is no file {name}", document.path, index + 1));
                }
            }
        }
    }
    found
}

fn is_file(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "./_-".contains(c));
    plain && name.contains('/') && SOURCES.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, broken: usize) {
        let document = File { path: "ARCHITECTURE.md".to_owned(), text: text.to_owned() };
        let found = violations(&[document], &["core/policy/src/ring.rs".to_owned()]);
        assert_eq!(found.len(), broken, "{found:?}");
    }

    #[test]
    fn a_file_may_be_named_by_the_end_of_its_path() {
        check("see `core/policy/src/ring.rs` and `src/ring.rs`", 0);
        check("see `src/rings.rs`, not `y/ring.rs`", 2);
    }

    #[test]
    fn commands_and_patterns_are_no_files() {
        check("run `cat src/a.rs`, look at `*/x.rs`, `GET /a/{b}.md`, a/b.rs", 0);
    }
}
