//! Scripts: in an empty folder of their own, by the interpreter that the policy allows.

use std::path::Path;

use super::{Linux, programs::Call};
use crate::{
    agent::{Found, How, Plan, Ran, Task, Unable, gather},
    model::{End, Work},
};

fn command(task: &Task) -> Option<(&str, &[String], &Path)> {
    match (&task.work, task.files.first()) {
        (Work::Script { interpreter, args, .. }, Some(file)) => Some((interpreter, args, file)),
        _ => None,
    }
}

/// What would be run. What it would change, nobody knows.
pub(super) fn look(linux: &Linux, task: &Task) -> Result<Plan, Unable> {
    let (interpreter, args, _) = command(task).ok_or_else(|| Unable::Failed("there is no script".to_owned()))?;
    if !linux.root(interpreter.trim_start_matches('/')).exists() {
        return Err(Unable::Refused(format!("this machine has no {interpreter}")));
    }
    let log = format!("would run {interpreter} with {} arguments", args.len());
    Ok(Plan { log, ..Plan::default() })
}

pub(super) async fn work(linux: &Linux, task: &Task) -> Ran {
    let not_started = |why: String| Ran { how: How::NotStarted(why), log: String::new() };
    let Some((interpreter, args, file)) = command(task) else { return not_started("there is no script".to_owned()) };
    let cwd = task.folder.join("empty");
    if let Err(error) = gather::closed_folder(&cwd) {
        return not_started(format!("cannot make the folder {}: {error}", cwd.display()));
    }
    let mut argv = vec![interpreter.into(), linux.programs.inside(file).into()];
    argv.extend(args.iter().map(Into::into));
    linux.programs.run(&Call { folder: &task.folder, name: "script", argv, cwd, limit: task.limit }).await
}

pub(super) fn found(linux: &Linux, success: &[i32], ran: &Ran) -> Found {
    let why = match &ran.how {
        How::Exited(code) if success.contains(code) => String::new(),
        How::Exited(code) => format!("the script ended with {code}"),
        How::TimedOut => "the script took longer than it may, and was ended with all that it had started".to_owned(),
        How::Cut => {
            "the script was cut off: the machine went off, or somebody ended it. It is not run again".to_owned()
        }
        How::NotStarted(why) => why.clone(),
    };
    let end = if why.is_empty() { End::Done } else { End::Failed };
    Found { end, why, changed: Vec::new(), restart: linux.restart_is_asked_for(), log: String::new() }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use yagura_agent_kit::Desktops;
    use yagura_channel::wire::blob::BlobHash;

    use super::*;

    async fn run(text: &str, args: &[&str]) -> (Ran, Found) {
        let dir = tempfile::Builder::new().prefix("job-").tempdir().unwrap();
        let file = dir.path().join("script");
        fs::write(&file, text).unwrap();
        let script = Work::Script {
            blob: BlobHash::of(text.as_bytes()),
            name: "a script".to_owned(),
            interpreter: "/bin/sh".to_owned(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            success: vec![0, 3],
        };
        let task = Task {
            folder: dir.path().to_owned(),
            work: script,
            files: vec![file],
            limit: Duration::from_secs(60),
            dry_run: false,
        };
        let linux = Linux::at(Path::new("/"), Desktops::default());
        assert!(look(&linux, &task).unwrap().changes.is_empty());
        let ran = work(&linux, &task).await;
        let told = found(&linux, &[0, 3], &ran);
        (ran, told)
    }

    #[tokio::test]
    async fn a_script_has_its_arguments_and_an_empty_folder_of_its_own() {
        let (ran, found) = run("echo \"$1\"; ls -A | wc -l; stat -c %a .; exit 3", &["a b; $(x)"]).await;
        assert_eq!(ran.log, "a b; $(x)\n0\n700");
        assert_eq!(found.end, End::Done, "3 is one of its good ends");
    }

    #[tokio::test]
    async fn any_other_end_has_failed_and_is_told() {
        let (_, found) = run("exit 4", &[]).await;
        assert_eq!((found.end, found.why.as_str()), (End::Failed, "the script ended with 4"));
    }
}
