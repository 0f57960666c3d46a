//! An hour at a desk, again and again: what a person and their programs do, in order.

use std::collections::VecDeque;

use uuid::Uuid;
use yagura_vocabulary::{Account, Event, Level, Time};

use super::words;
use crate::{dice::Dice, office::Desk};

const FEATURE: &str = "operation_log";
const HOUR_US: i64 = 3_600_000_000;
/// So many processes run at once; then the oldest one ends.
const MOST_RUNNING: usize = 24;
/// How much of a day falls into each hour of the office's clock, in thousandths; the sum is 1000.
const HOURS: [u32; 24] = [2, 2, 2, 2, 2, 2, 4, 12, 70, 112, 114, 108, 44, 102, 108, 106, 100, 62, 22, 10, 6, 4, 2, 2];

/// What was put where a search should find it and nothing else: text, and on which day of which desk.
pub(super) const NEEDLES: [(&str, u32, u32); 3] =
    [("極秘_鳳凰計画_設計図.xlsx", 5, 3), ("phoenix-7731_backup.zip", 11, 2), ("麒麟閣_移転案内.pdf", 17, 1)];
/// The USB memory, the address and the file of the second needle.
pub(super) const NEEDLE_SERIAL: &str = "4C530001230731117445";
pub(super) const NEEDLE_IP: &str = "203.0.113.77";

#[derive(Debug)]
struct Process {
    guid: Uuid,
    pid: u32,
    image: String,
    line: Option<String>,
    since: Time,
}

/// One desk over the years.
#[derive(Debug)]
pub(super) struct Days {
    dice: Dice,
    n: u32,
    boot_id: Uuid,
    boot_at: Time,
    running: VecDeque<Process>,
    user: String,
    department: &'static str,
    account: Account,
    events_per_day: u32,
}

impl Days {
    pub(super) fn new(seed: u64, n: u32, desk: &Desk, start: Time, events_per_day: u32) -> Self {
        let mut dice = Dice::new(seed, (5 << 32) + u64::from(n));
        Self {
            boot_id: dice.uuid(),
            dice,
            n,
            boot_at: start,
            running: VecDeque::new(),
            user: desk.person.login.clone(),
            department: desk.department,
            account: desk.account.clone(),
            events_per_day,
        }
    }

    /// What happens in the hour that begins at `from`, hour `hour` of day `day` (both counted in the office's time); in order.
    pub(super) fn hour(&mut self, day: u32, weekend: bool, hour: usize, from: Time) -> Vec<Event> {
        let mut count = self.events_per_day * HOURS[hour] / 1000;
        if weekend {
            // Machines that stay on have something to tell on days off too.
            count /= 20;
        }
        count = count / 2 + self.dice.below(count + 1);
        let mut times: Vec<i64> = (0..count)
            .map(|_| i64::from(self.dice.below(3_600_000)) * 1000 + i64::from(self.dice.below(1000)))
            .collect();
        times.sort_unstable();
        debug_assert!(times.last().is_none_or(|last| *last < HOUR_US));
        let mut events = Vec::with_capacity(times.len() + 2);
        if hour == 8 && !weekend {
            self.boot(from);
            events.push(self.by_the_machine("power.boot", from));
            events.push(self.by_the_person("session.logon", from + std::time::Duration::from_secs(40)));
        }
        let late = !(7..21).contains(&hour);
        for micros in times {
            let mut event = self.one(Time::from_micros(from.micros() + micros));
            if late && event.level == Level::Recorded && self.dice.below(40) == 0 {
                event.level = Level::Alarm;
                event.rule = Some("深夜の操作".to_owned());
                event.class = Some("out_of_hours".to_owned());
            }
            events.push(event);
        }
        for (text, desk, nth) in NEEDLES {
            if self.n == desk && hour == 10 && day % (7 * nth) == 3 {
                events.push(self.needle(text, Time::from_micros(from.micros() + HOUR_US - 1000)));
            }
        }
        events.sort_by_key(|event| event.occurred_at);
        events
    }

    fn boot(&mut self, at: Time) {
        (self.boot_id, self.boot_at) = (self.dice.uuid(), at);
        self.running.clear();
    }

    fn by_the_machine(&self, kind: &str, at: Time) -> Event {
        let mut event = Event::new(at, FEATURE, kind);
        event.boot_id = Some(self.boot_id);
        // The two clocks are read one after the other, and the one has more digits.
        let between = Dice::new(at.micros().unsigned_abs(), 6 << 32).below(2_000);
        event.mono_ns = u64::try_from(at.since(self.boot_at).as_nanos() + u128::from(between)).ok();
        event
    }

    fn by_the_person(&self, kind: &str, at: Time) -> Event {
        let mut event = self.by_the_machine(kind, at);
        event.account = Some(self.account.clone());
        event.logon_session = Some(format!(
            "0x{:x}",
            0x3e7_0000 + u64::from(self.n) * 4096 + self.boot_at.micros().unsigned_abs() % 4096
        ));
        event
    }

    fn by_a_program(&mut self, kind: &str, at: Time) -> Event {
        let mut event = self.by_the_person(kind, at);
        if !self.running.is_empty() {
            let which = self.dice.below(u32::try_from(self.running.len()).unwrap_or(1)) as usize;
            let process = &self.running[which];
            event.process_guid = Some(process.guid);
            event.pid = Some(process.pid);
            event.image = Some(process.image.clone());
        }
        event
    }

    /// One happening. The shares are those of an office PC, in thousandths.
    fn one(&mut self, at: Time) -> Event {
        match self.dice.below(1000) {
            0..180 => self.starts(at),
            180..350 => self.ends(at),
            350..470 => self.file("file.open", at),
            470..540 => self.file("file.overwrite", at),
            540..590 => self.file("file.create", at),
            590..620 => self.copy("file.copy", at),
            620..640 => self.copy("file.rename", at),
            640..650 => self.copy("file.move", at),
            650..670 => self.file("file.delete", at),
            670..675 => self.file("folder.create", at),
            675..790 => self.window(at),
            790..880 => self.view(at),
            880..950 => self.connect(at),
            950..972 => self.query(at),
            972..980 => {
                let kind = if self.dice.below(2) == 0 { "session.lock" } else { "session.unlock" };
                self.by_the_person(kind, at)
            }
            980..984 => self.print(at),
            984..988 => self.download(at),
            988..990 => self.mail(at),
            990..994 => self.device(at),
            994..995 => self.carry_off(at),
            995..998 => self.usage(at),
            998 => self.install(at),
            _ => self.by_the_machine("idle.start", at),
        }
    }

    fn starts(&mut self, at: Time) -> Event {
        let (image, line) = words::command(&mut self.dice, &self.user, self.department);
        let (guid, pid) = (self.dice.uuid(), 1000 + 4 * self.dice.below(16_000));
        let mut event = self.by_the_person("process.start", at);
        if let Some(parent) = self.running.back() {
            (event.parent_guid, event.parent_image) = (Some(parent.guid), Some(parent.image.clone()));
        }
        event.process_guid = Some(guid);
        event.pid = Some(pid);
        event.image = Some(image.clone());
        event.command_line = Some(line.clone());
        // As many builds of a program as an organisation has.
        let build = u64::from(self.dice.below(8));
        event.hash_sha256 = Some(Dice::new(build, image.bytes().map(u64::from).sum()).hex());
        event.signer = Some("Microsoft Corporation".to_owned());
        self.running.push_back(Process { guid, pid, image, line: Some(line), since: at });
        event.with("ppid", 4 * self.dice.below(4000)).with("integrity", "medium")
    }

    fn ends(&mut self, at: Time) -> Event {
        if self.running.len() < MOST_RUNNING {
            return self.starts(at);
        }
        let Some(process) = self.running.pop_front() else { return self.starts(at) };
        let mut event = self.by_the_person("process.exit", at);
        event.process_guid = Some(process.guid);
        event.pid = Some(process.pid);
        event.image = Some(process.image);
        event.command_line = process.line;
        let lived = u64::try_from(at.since(process.since).as_millis()).unwrap_or(u64::MAX);
        event.with("exit_code", u32::from(self.dice.below(50) == 0)).with("duration_ms", lived)
    }

    /// Programs touch more files than people do.
    fn path(&mut self) -> String {
        if self.dice.below(100) < 55 {
            return words::own_file(&mut self.dice, &self.user);
        }
        let document = words::document(&mut self.dice);
        words::path(&mut self.dice, &self.user, self.department, &document)
    }

    fn file(&mut self, kind: &str, at: Time) -> Event {
        let mut event = self.by_a_program(kind, at);
        event.subject = Some(self.path());
        event.bytes = Some(u64::from(self.dice.below(8_000_000)));
        event
    }

    fn copy(&mut self, kind: &str, at: Time) -> Event {
        let mut event = self.file(kind, at);
        event.target = Some(self.path());
        event.inferred = kind == "file.copy" && self.dice.below(3) == 0;
        event
    }

    fn window(&mut self, at: Time) -> Event {
        let (_, called) = words::program(&mut self.dice);
        let title = match self.dice.below(2) {
            0 => words::title(&mut self.dice),
            _ => words::document(&mut self.dice),
        };
        let mut event = self.by_a_program("window.active", at);
        event.subject = Some(format!("{title} - {called}"));
        event.with("seconds", 1 + self.dice.below(400))
    }

    fn view(&mut self, at: Time) -> Event {
        let host = words::host(&mut self.dice);
        let mut event = self.by_a_program("web.view", at);
        event.subject = Some(words::url(&mut self.dice, &host));
        event.remote_host = Some(host);
        event.with("title", words::title(&mut self.dice))
    }

    fn download(&mut self, at: Time) -> Event {
        let kind = if self.dice.below(3) == 0 { "web.upload" } else { "web.download" };
        let mut event = self.view(at);
        kind.clone_into(&mut event.kind);
        event.target = Some(self.path());
        event.bytes = Some(u64::from(self.dice.below(90_000_000)));
        event
    }

    fn connect(&mut self, at: Time) -> Event {
        let mut event = self.by_a_program("net.connect", at);
        event.remote_ip = Some(words::remote_ip(&mut self.dice));
        event.remote_port = Some(if self.dice.below(9) == 0 { 445 } else { 443 });
        event.remote_host = Some(words::host(&mut self.dice));
        let (sent, received) = (self.dice.below(200_000), self.dice.below(4_000_000));
        let event = event.with("sent_bytes", sent).with("received_bytes", received);
        event.with("local_port", 49_152 + self.dice.below(16_000)).with("duration_ms", self.dice.below(120_000))
    }

    fn query(&mut self, at: Time) -> Event {
        let mut event = self.by_a_program("dns.query", at);
        event.subject = Some(words::host(&mut self.dice));
        event.with("answer", words::remote_ip(&mut self.dice))
    }

    fn print(&mut self, at: Time) -> Event {
        let mut event = self.by_a_program("print.job", at);
        event.subject = Some(words::document(&mut self.dice));
        event.target = Some(self.dice.pick(&["複合機_2F", "複合機_3F", "レーザー_経理", "プロッター"]).to_owned());
        let pages = 1 + self.dice.below(60);
        if pages > 50 {
            event.level = Level::Alarm;
            event.rule = Some("大量の印刷".to_owned());
            event.class = Some("volume".to_owned());
        }
        event.with("pages", pages).with("copies", 1 + self.dice.below(3))
    }

    fn mail(&mut self, at: Time) -> Event {
        let mut event = self.by_a_program("mail.attach", at);
        event.subject = Some(words::document(&mut self.dice));
        let host = words::host(&mut self.dice);
        event.target = Some(format!("{}@{host}", words::key(&mut self.dice, 7)));
        event.bytes = Some(u64::from(self.dice.below(9_000_000)));
        event
    }

    fn device(&mut self, at: Time) -> Event {
        let kind = if self.dice.below(2) == 0 { "device.arrive" } else { "device.remove" };
        let mut event = self.by_the_machine(kind, at);
        event.subject = Some("BUFFALO USB Flash Disk".to_owned());
        event.device_serial = Some(format!("4C5300{:014}", self.dice.below(40_000)));
        event.with("device_class", "removable_disk")
    }

    fn carry_off(&mut self, at: Time) -> Event {
        let mut event = self.copy("file.copy", at);
        let document = words::document(&mut self.dice);
        event.subject = Some(words::path(&mut self.dice, &self.user, self.department, &document));
        event.target = Some(format!(r"E:\{document}"));
        event.device_serial = Some(format!("4C5300{:014}", self.dice.below(40_000)));
        if self.dice.below(12) == 0 {
            event.level = Level::Prohibited;
            event.rule = Some("許可のないUSBメモリー".to_owned());
        } else {
            event.level = Level::Alarm;
            event.rule = Some("USBメモリーへの書き出し".to_owned());
        }
        event.class = Some("removable_write".to_owned());
        event
    }

    fn usage(&mut self, at: Time) -> Event {
        let (image, called) = words::program(&mut self.dice);
        let mut event = self.by_the_person("app.usage", at);
        event.image = Some(image.to_owned());
        event.subject = Some(called.to_owned());
        event.count = Some(u64::from(1 + self.dice.below(200)));
        event.with("foreground_s", self.dice.below(9000))
    }

    fn install(&mut self, at: Time) -> Event {
        let mut event = self.by_the_machine("software.update", at);
        let version = format!("{}.{}.{}", 100 + self.dice.below(60), self.dice.below(10), self.dice.below(9000));
        event.subject = Some(format!("Google Chrome {version}"));
        event.with("version", version)
    }

    fn needle(&mut self, text: &str, at: Time) -> Event {
        let mut event = self.copy("file.copy", at);
        event.subject = Some(format!(r"C:\Users\{}\Documents\{text}", self.user));
        event.target = Some(format!(r"E:\{text}"));
        event.device_serial = Some(NEEDLE_SERIAL.to_owned());
        event.remote_ip = Some(NEEDLE_IP.to_owned());
        event.hash_sha256 = Some(Dice::new(7731, 0).hex());
        event.level = Level::Alarm;
        event.rule = Some("USBメモリーへの書き出し".to_owned());
        event.class = Some("removable_write".to_owned());
        event
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::office::desk;

    const START: i64 = 1_793_404_800;

    fn check(seed: u64, n: u32) -> Vec<Event> {
        let start = Time::from_seconds(START);
        let mut days = Days::new(seed, n, &desk(seed, n, start), start, 5000);
        let hours = (0..7_u32).flat_map(|day| (0..24_usize).map(move |hour| (day, hour)));
        let mut all = Vec::new();
        for (day, hour) in hours {
            let from = Time::from_seconds(START + i64::from(day) * 86_400 + i64::try_from(hour).unwrap() * 3600);
            all.extend(days.hour(day, day >= 5, hour, from));
        }
        all
    }

    #[test]
    fn one_seed_always_gives_the_same_days_in_order() {
        let days = check(1, 5);
        assert!(days == check(1, 5) && days != check(2, 5));
        assert!(days.is_sorted_by_key(|event| event.occurred_at));
        assert!((20_000..40_000).contains(&days.len()), "{}", days.len());
    }

    #[test]
    fn sixteen_kinds_and_more_happen() {
        let kinds: BTreeSet<_> = check(1, 0).into_iter().map(|event| event.kind).collect();
        assert!(kinds.len() >= 20, "{kinds:?}");
    }

    #[test]
    fn a_needle_lies_on_its_desk_only() {
        let has =
            |n| check(1, n).iter().any(|event| event.subject.as_ref().is_some_and(|text| text.contains("鳳凰計画")));
        assert!(has(5) && !has(4));
    }

    #[test]
    fn names_hardly_come_twice() {
        let subjects: Vec<_> = check(1, 1).into_iter().filter_map(|event| event.subject).collect();
        let different: BTreeSet<_> = subjects.iter().collect();
        assert!(different.len() * 10 > subjects.len() * 8, "{} of {}", different.len(), subjects.len());
    }
}
