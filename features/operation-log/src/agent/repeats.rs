//! What builds and package managers start over and over: the first start of each program is told of, those after it in sum. Pure.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;
use yagura_records::{ProcessExited, ProcessStarted};
use yagura_sensors::{builds, interprets};
use yagura_vocabulary::{Event, Time};

/// A sum is told of when the work that it belongs to ends, or after so long.
const LONGEST_US: i64 = 60_000_000;
/// What runs scripts is told of so often one by one: what counts is the script.
const SCRIPTS: u64 = 100;
/// Command lines that a sum gives as examples.
const EXAMPLES: usize = 3;
/// More processes are not known to belong to a work.
const MOST: usize = 16 << 10;

/// The works that go on.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// What belongs to a work: the process, and the one that began the work.
    works: HashMap<Uuid, Member>,
    sums: BTreeMap<(Uuid, String), Sum>,
}

#[derive(Debug, Clone)]
struct Member {
    leader: Uuid,
    uid: Option<String>,
    /// It stands in a sum, of this program.
    counted: Option<String>,
}

/// Starts of one program within one work.
#[derive(Debug)]
struct Sum {
    started: u64,
    /// The first that was not told of, with how many there were, and some of their command lines.
    untold: Option<(Event, u64)>,
    examples: Vec<String>,
    failed: u64,
}

impl Repeats {
    /// A program started. Gives whether it stands in a sum now and is not to be told of; what a rule would answer to never does.
    pub(super) fn started(
        &mut self,
        start: &ProcessStarted,
        event: &Event,
        would_answer: impl FnOnce() -> bool,
    ) -> bool {
        let Some(image) = start.image.as_ref().map(yagura_records::Text::as_str) else { return false };
        let uid = start.account.as_ref().map(|account| account.id.clone());
        // What runs as somebody else is no part of the work.
        let above = start.parent_guid.and_then(|guid| self.works.get(&guid)).filter(|above| above.uid == uid);
        let leader = match above {
            Some(above) => above.leader,
            None if builds(image) => start.guid,
            None => return false,
        };
        if self.works.len() >= MOST {
            return false;
        }
        let sum = self.sums.entry((leader, image.to_owned())).or_insert_with(|| Sum {
            started: 0,
            untold: None,
            examples: Vec::new(),
            failed: 0,
        });
        sum.started += 1;
        let often = if interprets(image) { SCRIPTS } else { 1 };
        let counted = leader != start.guid && sum.started > often && !would_answer();
        if counted {
            sum.untold.get_or_insert_with(|| (event.clone(), 0)).1 += 1;
            if let Some(line) = event.command_line.as_ref().filter(|_| sum.examples.len() < EXAMPLES) {
                sum.examples.push(line.clone());
            }
        }
        let counted_as = counted.then(|| image.to_owned());
        self.works.insert(start.guid, Member { leader, uid, counted: counted_as });
        counted
    }

    /// A process ended. Gives whether it stood in a sum, so that its end is not to be told of.
    pub(super) fn exited(&mut self, exit: &ProcessExited) -> bool {
        let Some(Member { leader, counted: Some(image), .. }) = self.works.remove(&exit.guid) else { return false };
        let failed = exit.signal.is_some() || exit.exit_code.is_some_and(|code| code != 0);
        if let Some(sum) = self.sums.get_mut(&(leader, image)) {
            sum.failed += u64::from(failed);
        }
        true
    }

    /// The sums that are to be told of by `now`: those of works that are over, and those that wait for long.
    pub(super) fn due(&mut self, now: Time) -> Vec<Event> {
        let works = &self.works;
        let old = |event: &Event| now.micros().saturating_sub(event.occurred_at.micros()) >= LONGEST_US;
        let mut told = Vec::new();
        self.sums.retain(|(leader, _), sum| {
            let over = !works.contains_key(leader);
            if sum.untold.as_ref().is_some_and(|(event, _)| over || old(event)) {
                told.extend(sum.tell());
            }
            !over
        });
        told
    }

    /// All that is held back, after which nothing is known of any work.
    pub(super) fn finish(&mut self) -> Vec<Event> {
        self.works.clear();
        std::mem::take(&mut self.sums).into_values().filter_map(|mut sum| sum.tell()).collect()
    }
}

impl Sum {
    /// The row: as of the first start in it, without what names one process.
    fn tell(&mut self) -> Option<Event> {
        let (mut event, count) = self.untold.take()?;
        (event.process_guid, event.pid) = (None, None);
        let (examples, failed) = (std::mem::take(&mut self.examples), std::mem::take(&mut self.failed));
        if count > 1 {
            event.count = Some(count);
            event.body.insert("examples".to_owned(), examples.into());
        }
        if failed > 0 {
            event.body.insert("failed".to_owned(), failed.into());
        }
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use yagura_records::{Hash, Moment, Origin};
    use yagura_vocabulary::Account;

    use super::*;
    use crate::event;

    fn at(second: i64) -> Moment {
        Moment { occurred_at: Time::from_seconds(second), boot_id: Uuid::nil(), mono_ns: 0 }
    }

    fn start(guid: u128, parent: u128, image: &str, uid: &str) -> ProcessStarted {
        ProcessStarted {
            at: at(0),
            guid: Uuid::from_u128(guid),
            pid: 1,
            ppid: 1,
            parent_guid: Some(Uuid::from_u128(parent)),
            parent_image: None,
            origin: Origin::Exec,
            image: Some(image.into()),
            command_line: Some(format!("{image} {guid}").into()),
            truncated: false,
            cwd: None,
            account: Some(Account { name: uid.to_owned(), id: uid.to_owned() }),
            effective_account: None,
            login_account: None,
            logon_session: None,
            hash: Hash::Off,
            notes: Vec::new(),
        }
    }

    fn exit(guid: u128, code: u32) -> ProcessExited {
        ProcessExited {
            at: at(1),
            guid: Uuid::from_u128(guid),
            pid: 1,
            image: None,
            account: None,
            logon_session: None,
            exit_code: Some(code),
            signal: None,
            lived_us: None,
        }
    }

    /// Gives what is told one by one.
    fn run(repeats: &mut Repeats, starts: &[ProcessStarted], answers: impl Fn(&Event) -> bool) -> Vec<u128> {
        let mut told = Vec::new();
        for start in starts {
            let event = event::started(start);
            if !repeats.started(start, &event, || answers(&event)) {
                told.push(start.guid.as_u128());
            }
        }
        told
    }

    const MAKE: &str = "/usr/bin/make";
    const CC: &str = "/usr/bin/cc";
    const CC1: &str = "/usr/lib/cc1";

    fn build() -> Vec<ProcessStarted> {
        let one = |n: u128| [start(n, 1, CC, "7"), start(n + 1, n, CC1, "7")];
        [start(1, 0, MAKE, "7")].into_iter().chain((0..40).flat_map(|n| one(10 + n * 2))).collect()
    }

    #[test]
    fn a_build_tells_of_each_program_once_and_of_the_rest_in_sum_when_it_is_over() {
        let mut repeats = Repeats::default();
        assert_eq!(run(&mut repeats, &build(), |_| false), [1, 10, 11]);
        assert!(repeats.exited(&exit(12, 1)) && repeats.exited(&exit(13, 0)) && !repeats.exited(&exit(10, 0)));
        assert_eq!(repeats.due(Time::from_seconds(2)), []);
        assert!(!repeats.exited(&exit(1, 0)));
        let sums = repeats.due(Time::from_seconds(2));
        let told: Vec<_> = sums.iter().map(|sum| (sum.image.as_deref(), sum.count, sum.process_guid)).collect();
        assert_eq!(told, [(Some(CC), Some(39), None), (Some(CC1), Some(39), None)]);
        assert_eq!((&sums[0].body["failed"], sums[1].body.get("failed")), (&1.into(), None));
        assert_eq!(sums[0].body["examples"].as_array().unwrap().len(), 3);
        assert_eq!(repeats.finish(), []);
    }

    #[test]
    fn nothing_goes_missing_in_sums_however_long_the_work_goes_on() {
        let mut repeats = Repeats::default();
        let told = run(&mut repeats, &build(), |_| false).len() as u64;
        let count = |events: Vec<Event>| events.iter().map(|event| event.count.unwrap_or(1)).sum::<u64>();
        let mut sums = count(repeats.due(Time::from_seconds(60)));
        assert_eq!(told + sums, 81);
        run(&mut repeats, &[start(500, 1, CC, "7")], |_| false);
        sums += count(repeats.finish());
        assert_eq!(told + sums, 82);
    }

    #[test]
    fn what_a_rule_would_answer_to_is_told_of_each_time() {
        let answers = |event: &Event| event.command_line.as_deref().is_some_and(|line| line.ends_with(" 30"));
        assert_eq!(run(&mut Repeats::default(), &build(), answers), [1, 10, 11, 30]);
    }

    #[test]
    fn what_runs_as_somebody_else_and_what_no_build_started_is_told_of_each_time() {
        let starts = [
            start(1, 0, MAKE, "7"),
            start(2, 1, CC, "0"),
            start(3, 1, CC, "0"),
            start(4, 0, CC, "7"),
            start(5, 0, CC, "7"),
        ];
        assert_eq!(run(&mut Repeats::default(), &starts, |_| false), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn scripts_are_told_of_one_by_one_until_there_are_very_many() {
        let scripts = (2..300).map(|n| start(n, 1, "/usr/bin/dash", "0"));
        let starts: Vec<_> = [start(1, 0, "/usr/bin/dpkg", "0")].into_iter().chain(scripts).collect();
        assert_eq!(run(&mut Repeats::default(), &starts, |_| false).len(), 101);
    }
}
