//! What keeps the house in order: `cargo xtask tidy` and `cargo xtask new-feature NAME`.

mod files;
mod new_feature;
mod rust_text;
mod tidy;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;

const USAGE: &str = "usage: cargo xtask tidy | cargo xtask new-feature NAME";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = root.parent().context("xtask has no parent folder")?;
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tidy"] => tidy::run(root),
        ["new-feature", name] => new_feature::run(root, name).map(|()| ExitCode::SUCCESS),
        _ => anyhow::bail!(USAGE),
    }
}

/// One line to the person who runs this. A closed pipe is theirs to notice.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
