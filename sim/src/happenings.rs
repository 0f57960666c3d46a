//! What happens at a desk: a stream of believable events.

use std::collections::VecDeque;

use uuid::Uuid;
use yagura_vocabulary::{Event, Lane, Level, Time};

use crate::{dice::Dice, office::Desk};

/// The feature that would record all this.
const FEATURE: &str = "operation_log";
/// So many processes run at once; then the oldest one ends.
const MOST_RUNNING: usize = 12;

const PROGRAMS: &[&str] = &[
    r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE",
    r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
    r"C:\Program Files\Microsoft Office\root\Office16\POWERPNT.EXE",
    r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Windows\System32\notepad.exe",
    r"C:\Program Files\7-Zip\7zFM.exe",
];
/// What people work on.
pub(crate) const DOCUMENTS: &[&str] = &[
    "見積書_株式会社山田商事.xlsx",
    "請求書_令和8年11月.xlsx",
    "議事録_定例会議.docx",
    "顧客名簿.xlsx",
    "出張報告書_大阪支店.docx",
    "稟議書_設備更新.docx",
    "売上集計_第3四半期.xlsx",
    "新製品企画書_最終版(2).pptx",
    "給与明細_11月.pdf",
    "契約書_秘密保持.pdf",
    "在庫一覧表.csv",
    "座席表.pdf",
];
const SITES: &[(&str, &str)] = &[
    ("www.example.co.jp", "取引先一覧 - 社内ポータル"),
    ("mail.example.jp", "受信トレイ"),
    ("kintai.example.jp", "勤怠管理 打刻"),
    ("news.example.com", "経済ニュース"),
];

#[derive(Debug)]
struct Process {
    guid: Uuid,
    pid: u32,
    image: &'static str,
    since: Time,
}

/// The generator of one desk. The same seed and the same times give the same events.
#[derive(Debug)]
pub(crate) struct Happenings {
    dice: Dice,
    boot_id: Uuid,
    boot_at: Time,
    running: VecDeque<Process>,
}

impl Happenings {
    /// Happenings of desk `n` of the office made from `seed`; `boot_at` is when its machine was started.
    pub(crate) fn new(seed: u64, n: u32, boot_at: Time) -> Self {
        // Another part of the seed's numbers than the desk itself is made from.
        let mut dice = Dice::new(seed, (1 << 32) + u64::from(n));
        Self { boot_id: dice.uuid(), dice, boot_at, running: VecDeque::new() }
    }

    /// Which start of the machine this is.
    pub(crate) fn boot_id(&self) -> Uuid {
        self.boot_id
    }

    /// What happens at `now`.
    pub(crate) fn next(&mut self, desk: &Desk, now: Time) -> (Lane, Event) {
        let (lane, mut event) = match self.dice.below(1000) {
            0 => (Lane::Critical, self.carried_off(desk, now)),
            1..=600 => (Lane::Operation, self.process(desk, now)),
            601..=750 => (Lane::Operation, self.opened(desk, now)),
            751..=820 => (Lane::Operation, self.copied(desk, now)),
            821..=920 => (Lane::Operation, self.viewed(now)),
            _ => (Lane::Operation, self.window(now)),
        };
        self.sign(desk, now, &mut event);
        (lane, event)
    }

    /// The machine was started anew at `at`: nothing runs, and its clock begins again.
    pub(crate) fn boot(&mut self, at: Time) {
        (self.boot_id, self.boot_at) = (self.dice.uuid(), at);
        self.running.clear();
    }

    /// One of the happenings below, signed.
    pub(crate) fn done(&mut self, desk: &Desk, now: Time, act: fn(&mut Self, &Desk, Time) -> Event) -> Event {
        let mut event = act(self, desk, now);
        self.sign(desk, now, &mut event);
        event
    }

    /// Writes who did it, and in which run of the machine.
    pub(crate) fn sign(&self, desk: &Desk, now: Time, event: &mut Event) {
        event.boot_id = Some(self.boot_id);
        event.mono_ns = u64::try_from(now.since(self.boot_at).as_nanos()).ok();
        event.account = Some(desk.account.clone());
    }

    fn process(&mut self, desk: &Desk, now: Time) -> Event {
        let ends = self.running.len() >= MOST_RUNNING || self.dice.below(2) == 0;
        if ends && let Some(process) = self.running.pop_front() {
            return self.exited(&process, now);
        }
        self.started(desk, now)
    }

    fn started(&mut self, desk: &Desk, now: Time) -> Event {
        let image = self.dice.pick(PROGRAMS);
        let (guid, pid) = (self.dice.uuid(), 1000 + 4 * self.dice.below(6000));
        let mut event = Event::new(now, FEATURE, "process.start");
        event.process_guid = Some(guid);
        event.pid = Some(pid);
        event.image = Some(image.to_owned());
        event.command_line = Some(format!("\"{image}\" \"{}\"", self.document(desk)));
        event.parent_image = Some(r"C:\Windows\explorer.exe".to_owned());
        event.hash_sha256 = Some(Dice::new(image.len() as u64, 0).hex());
        self.running.push_back(Process { guid, pid, image, since: now });
        event.with("ppid", 4212).with("cwd", r"C:\Windows\System32")
    }

    fn exited(&mut self, process: &Process, now: Time) -> Event {
        let mut event = Event::new(now, FEATURE, "process.exit");
        event.process_guid = Some(process.guid);
        event.pid = Some(process.pid);
        event.image = Some(process.image.to_owned());
        let lived = u64::try_from(now.since(process.since).as_millis()).unwrap_or(u64::MAX);
        event.with("exit_code", u32::from(self.dice.below(50) == 0)).with("duration_ms", lived)
    }

    pub(crate) fn opened(&mut self, desk: &Desk, now: Time) -> Event {
        let mut event = self.by_a_program(now, "file.open");
        event.subject = Some(self.document(desk));
        event
    }

    fn copied(&mut self, desk: &Desk, now: Time) -> Event {
        let mut event = self.by_a_program(now, "file.copy");
        let document = self.dice.pick(DOCUMENTS);
        event.subject = Some(own_path(desk, document));
        event.target = Some(share_path(desk, document));
        event.bytes = Some(u64::from(self.dice.below(4_000_000)) + 2_000);
        event
    }

    pub(crate) fn carried_off(&mut self, desk: &Desk, now: Time) -> Event {
        let mut event = self.copied(desk, now);
        event.target = Some(format!(r"E:\持ち出し\{}", self.dice.pick(DOCUMENTS)));
        event.device_serial = Some(format!("USB{:06}", self.dice.below(1_000_000)));
        event.level = Level::Alarm;
        event.rule = Some("USBメモリーへの書き出し".to_owned());
        event.class = Some("removable_write".to_owned());
        event
    }

    fn viewed(&mut self, now: Time) -> Event {
        let (host, title) = SITES[self.dice.below(4) as usize];
        let mut event = self.by_a_program(now, "web.view");
        event.subject = Some(format!("https://{host}/page/{}", self.dice.below(500)));
        event.remote_host = Some(host.to_owned());
        event.with("title", title)
    }

    fn window(&mut self, now: Time) -> Event {
        let document = self.dice.pick(DOCUMENTS);
        let mut event = self.by_a_program(now, "window.active");
        event.subject = Some(format!("{document} - Excel"));
        event
    }

    fn by_a_program(&mut self, now: Time, kind: &str) -> Event {
        let mut event = Event::new(now, FEATURE, kind);
        if let Some(process) = self.running.back() {
            event.process_guid = Some(process.guid);
            event.pid = Some(process.pid);
            event.image = Some(process.image.to_owned());
        }
        event
    }

    fn document(&mut self, desk: &Desk) -> String {
        let document = self.dice.pick(DOCUMENTS);
        match self.dice.below(3) {
            0 => share_path(desk, document),
            1 => format!(r"C:\Users\{}\Desktop\{document}", user(desk)),
            _ => own_path(desk, document),
        }
    }
}

/// A document of one's own.
pub(crate) fn own_path(desk: &Desk, document: &str) -> String {
    format!(r"C:\Users\{}\Documents\{document}", user(desk))
}

/// A document on the department's share.
pub(crate) fn share_path(desk: &Desk, document: &str) -> String {
    format!(r"\\fs01\共有\{}\{document}", desk.department)
}

fn user(desk: &Desk) -> &str {
    desk.account.name.rsplit('\\').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::desk;

    fn check(seed: u64, n: u32) -> Vec<(Lane, Event)> {
        let start = Time::from_seconds(1_763_886_600);
        let desk = desk(seed, n, start);
        let mut happenings = Happenings::new(seed, n, start);
        (0..2000).map(|second| happenings.next(&desk, Time::from_seconds(start.seconds() + second))).collect()
    }

    #[test]
    fn one_seed_always_gives_the_same_events() {
        assert_eq!(check(3, 5), check(3, 5));
    }

    #[test]
    fn another_seed_or_another_desk_gives_others() {
        assert_ne!(check(3, 5), check(4, 5));
        assert_ne!(check(3, 5), check(3, 6));
    }

    #[test]
    fn a_process_ends_once_and_only_after_it_started() {
        let mut alive = std::collections::HashSet::new();
        let mut ends = 0;
        for (_, event) in check(1, 0) {
            match event.kind.as_str() {
                "process.start" => assert!(alive.insert(event.process_guid)),
                "process.exit" => {
                    ends += 1;
                    assert!(alive.remove(&event.process_guid), "{event:?}");
                }
                _ => {}
            }
        }
        assert!(ends > 100 && alive.len() <= MOST_RUNNING, "{ends} {}", alive.len());
    }
}
