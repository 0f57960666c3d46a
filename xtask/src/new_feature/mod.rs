//! The skeleton of a feature: a policy, a decision with its test, and an empty page.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, ensure};

use crate::say;

/// What the skeleton is made of: the path in the feature's folder and the text. `{name}` is the feature in kebab case,
/// `{snake}` in snake case, `{Type}` in camel case, `{Title}` as people read it.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("skeleton/Cargo.toml.txt")),
    ("README.md", include_str!("skeleton/README.md.txt")),
    ("src/lib.rs", include_str!("skeleton/lib.rs.txt")),
    ("src/policy.rs", include_str!("skeleton/policy.rs.txt")),
    ("src/decide.rs", include_str!("skeleton/decide.rs.txt")),
    ("console/feature.tsx", include_str!("skeleton/feature.tsx.txt")),
    ("console/page.tsx", include_str!("skeleton/page.tsx.txt")),
    ("console/ja.json", include_str!("skeleton/ja.json.txt")),
    ("console/en.json", include_str!("skeleton/en.json.txt")),
    ("console/words.d.ts", include_str!("skeleton/words.d.ts.txt")),
    ("console/mock.ts", include_str!("skeleton/mock.ts.txt")),
];

/// The server's list of features, one line each.
const SERVER_LIST: &str = "server/app/src/features.rs";

/// Writes the feature's folder below `root` and says what is left to do.
///
/// # Errors
/// When the name is not a plain kebab-case noun, the folder exists, or a file cannot be written.
pub(crate) fn run(root: &Path, name: &str) -> anyhow::Result<()> {
    let folder = write(root, name)?;
    say(&format!("wrote {}", folder.display()));
    let locked = lock(root);
    if !locked {
        say("Cargo.lock does not know the new crate yet: run `cargo update --workspace`");
    }
    say(&format!("test it:            cargo test -p yagura-{name}"));
    say("see its empty page: npm run dev");
    say(&format!("once it has a server side, add it to {SERVER_LIST}: one line, as its neighbours have"));
    say("and add the address of its page to console/e2e/pages.ts, its rows to docs/features.csv");
    Ok(())
}

fn write(root: &Path, name: &str) -> anyhow::Result<PathBuf> {
    ensure!(
        name.split('-').all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase())),
        "a feature is called by a plain noun in lower case, its words joined by \"-\": not \"{name}\""
    );
    let folder = root.join("features").join(name);
    ensure!(!folder.exists(), "{} exists already", folder.display());
    for (path, text) in FILES {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).with_context(|| format!("making the folder {}", parent.display()))?;
        fs::write(&file, fill(text, name)).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(folder)
}

fn fill(text: &str, name: &str) -> String {
    let title = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    let camel: String = name.split('-').map(title).collect();
    // A property of one word stands without quotes, as the console's formatter has it.
    let property = if name.contains('-') { format!("'{name}'") } else { name.to_owned() };
    text.replace("{name}", name)
        .replace("{snake}", &name.replace('-', "_"))
        .replace("{Type}", &camel)
        .replace("{property}", &property)
        .replace("{Title}", &title(&name.replace('-', " ")))
}

/// Lets cargo enter the crate into Cargo.lock without looking for newer versions of anything.
fn lock(root: &Path) -> bool {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--offline"]).current_dir(root);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests;
