//! Whether an act on a file or folder is recorded.

use yagura_records::{FileAct, FileActed, FileNote, Place};
use yagura_vocabulary::InForce;

use super::{Decision, Rule, answer, fits_path};
use crate::policy::{FileRule, Files, OperationLogPolicy};

/// Decides about one act, by what holds for the account that did it.
#[must_use]
pub fn decide_file<'p>(policies: &'p InForce<OperationLogPolicy>, acted: &FileActed) -> Decision<'p> {
    let account = acted.process.as_ref().and_then(|process| process.account.as_ref());
    answer(policies, account, |policy| decision(&policy.files, acted))
}

/// Whether anybody's opening of the file at this path may be recorded: for the sensor, which sees very many.
#[must_use]
pub fn wants_opened(policies: &InForce<OperationLogPolicy>, path: &str) -> bool {
    policies.any(|policy| {
        let files = &policy.files;
        // On what it lies is known only later.
        files.record && kind(files, FileAct::FileOpen) && has_extension(path, &files.open_extensions)
    })
}

const NO: Decision<'static> = Decision { record: false, rule: None };

fn decision<'p>(files: &'p Files, acted: &FileActed) -> Decision<'p> {
    if !files.record || !kind(files, acted.act) {
        return NO;
    }
    let Some(process) = &acted.process else {
        // A drive, a medium or a share: rare, and nobody's file.
        return Decision { record: true, rule: None };
    };
    let paths = Paths::of(acted);
    let fleeting = acted.notes.contains(&FileNote::Fleeting);
    let no_document =
        acted.act == FileAct::FileOpen && !paths.all(|path, _| has_extension(path, &files.open_extensions));
    let switched_off = fleeting && !files.fleeting || process.by_shell && !files.command_line;
    if switched_off || no_document || !paths.any(|path, place| is_in_its_place(files, path, place)) {
        return NO;
    }
    let rule = files.exclude.iter().find(|rule| fits(rule, acted, &paths, process.image.as_deref()));
    Decision { record: rule.is_none(), rule: rule.map(|rule| Rule::Named(&rule.name)) }
}

fn kind(files: &Files, act: FileAct) -> bool {
    !files.omit_kinds.contains(&act)
}

/// The paths that an act is about, each with what it lies on.
struct Paths<'a>(Vec<(&'a str, Place)>);

impl<'a> Paths<'a> {
    fn of(acted: &'a FileActed) -> Self {
        let (_, outcome) = acted.outcome();
        if acted.examples.is_empty() {
            let target = acted.target.as_ref().map(|target| (target.as_str(), acted.target_place));
            return Self([(acted.path.as_str(), acted.place)].into_iter().chain(target).collect());
        }
        // Folded: the path is only what they have in common.
        Self(acted.examples.iter().map(|path| (path.as_str(), outcome)).collect())
    }

    fn any(&self, fits: impl Fn(&str, Place) -> bool) -> bool {
        self.0.iter().any(|(path, place)| fits(path, *place))
    }

    fn all(&self, fits: impl Fn(&str, Place) -> bool) -> bool {
        self.0.iter().all(|(path, place)| fits(path, *place))
    }
}

fn is_in_its_place(files: &Files, path: &str, place: Place) -> bool {
    match place {
        Place::Removable | Place::Optical => files.removable,
        Place::Network => files.network,
        Place::Fixed | Place::Memory => {
            files.folders.is_empty()
                // Of a folder that is gone only the name is known: what is unknown is recorded.
                || !path.starts_with('/')
                || files.folders.iter().any(|folder| fits_path(folder, path))
        }
    }
}

fn has_extension(path: &str, extensions: &[String]) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let Some((_, extension)) = name.rsplit_once('.') else { return false };
    extensions.iter().any(|one| one.eq_ignore_ascii_case(extension))
}

/// A condition about something the sensor could not see does not fit: what is unknown is recorded.
fn fits(rule: &FileRule, acted: &FileActed, paths: &Paths<'_>, image: Option<&str>) -> bool {
    let below = |path: &str| {
        rule.paths.iter().any(|pattern| fits_path(pattern, path) || fits_path(pattern, &format!("{path}/")))
    };
    (rule.paths.is_empty() || paths.all(|path, _| below(path)))
        && (rule.extensions.is_empty() || paths.all(|path, _| has_extension(path, &rule.extensions)))
        && rule.image.as_deref().is_none_or(|pattern| image.is_some_and(|image| fits_path(pattern, image)))
        && (rule.kinds.is_empty() || rule.kinds.contains(&acted.act))
}

#[cfg(test)]
mod tests;
