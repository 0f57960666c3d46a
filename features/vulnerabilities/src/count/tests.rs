//! What holds whatever happened: the state after many changes is the one that is built from nothing, and totals agree with each other.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::except::{Exception, Scope};

const NOW: u32 = 29_900_000;

/// Something that happens.
#[derive(Debug, Clone)]
enum Event {
    /// A feed claims something of a package, or takes it back.
    Claim { unit: u8, finding: u8, standing: Option<Standing> },
    /// A machine has these packages.
    Install { machine: u8, units: Vec<u8> },
    /// Its updater says that these wait.
    Wait { machine: u8, names: Vec<u8> },
    /// It comes into another group.
    Move { machine: u8, group: u8 },
    /// It leaves the ledger.
    Leave { machine: u8 },
    /// Something is lived with.
    Except { finding: u8, scope: u8 },
}

fn event() -> impl Strategy<Value = Event> {
    let standing =
        prop::option::of(prop_oneof![Just(Standing::Open), Just(Standing::NoFix), Just(Standing::WillNotFix)]);
    let some = || prop::collection::vec(0_u8..6, 0..6);
    prop_oneof![
        4 => (0_u8..6, 0_u8..8, standing).prop_map(|(unit, finding, standing)| Event::Claim { unit, finding, standing }),
        4 => (0_u8..5, some()).prop_map(|(machine, units)| Event::Install { machine, units }),
        2 => (0_u8..5, some()).prop_map(|(machine, names)| Event::Wait { machine, names }),
        2 => (0_u8..5, 0_u8..3).prop_map(|(machine, group)| Event::Move { machine, group }),
        1 => (0_u8..5).prop_map(|machine| Event::Leave { machine }),
        1 => (0_u8..8, 0_u8..3).prop_map(|(finding, scope)| Event::Except { finding, scope }),
    ]
}

/// Eight findings of four weaknesses, an update for each of six packages, and three groups: the root, one below it, one below that.
fn empty() -> Board {
    let mut board = Board::default();
    for at in 0..4_i64 {
        let severity = Severity::from_number(at + 1);
        let exploited_at = (at == 1).then_some(1);
        board.learn(Weakness { id: format!("CVE-{at}").into(), severity, exploited_at, ..Weakness::default() });
    }
    for at in 0..8_u32 {
        let part = [Part::Patches, Part::ThirdParty, Part::Remote][at as usize % 3];
        board.add_finding(Finding { subject: format!("source-{}", at / 4).into(), weakness: at % 4, part });
    }
    for at in 0..6_i64 {
        let name: Arc<str> = format!("package-{at}").into();
        let weakness = board.learn(Weakness { id: format!("{UPDATE}{name}").into(), ..Weakness::default() });
        board.add_finding(Finding { subject: Arc::clone(&name), weakness, part: Part::Patches });
        board.add_unit(Unit { package: at, release: "".into(), name, kernel: None, claims: Vec::new() });
    }
    for (at, path) in ["/a/", "/a/b/", "/a/b/c/"].into_iter().enumerate() {
        let id = path.to_owned();
        let parent = u32::try_from(at).unwrap().checked_sub(1);
        board.groups.push(Group { name: id.clone(), path: id.clone(), id_path: id.clone(), id, parent });
    }
    board
}

fn machine(board: &Board, at: u8) -> Machine {
    let id = format!("m{at}");
    let known = board.machine(&id).map(|at| board.machines[at].clone());
    known.unwrap_or_else(|| Machine { id, ..Machine::default() })
}

fn judged(board: &mut Board, mut machine: Machine, now: u32) {
    machine.held = board.judge(&machine, now);
    board.put(machine);
}

/// Does what the server does after each event, and no more.
fn happen(board: &mut Board, rules: &mut Rules, event: Event, now: u32) {
    match event {
        Event::Claim { unit, finding, standing } => {
            let known = |standing| Known { standing, claimed: Evidence::Vendor, updater: false };
            if board.claim(unit.into(), finding.into(), standing.map(known)) {
                for at in board.with_any(&HashSet::from([u32::from(unit)])) {
                    board.machines[at].held = board.judge(&board.machines[at], now);
                }
            }
        }
        Event::Install { machine: at, units } => {
            let mut machine = machine(board, at);
            machine.units = units.into_iter().map(u32::from).collect();
            machine.units.sort_unstable();
            machine.units.dedup();
            judged(board, machine, now);
        }
        Event::Wait { machine: at, names } => {
            let mut machine = machine(board, at);
            let mut waiting: Vec<u32> = names.into_iter().map(|name| 8 + u32::from(name)).collect();
            waiting.sort_unstable();
            waiting.dedup();
            machine.waiting = Some(waiting);
            judged(board, machine, now);
        }
        Event::Move { machine: at, group } => {
            let mut machine = machine(board, at);
            machine.group = group.into();
            board.put(machine);
        }
        Event::Leave { machine } => board.remove(&format!("m{machine}")),
        Event::Except { finding, scope } => {
            let finding = &board.findings[usize::from(finding)];
            let scope = match scope {
                0 => Scope::All,
                1 => Scope::Group("/a/b/".to_owned()),
                _ => Scope::Machine("m1".to_owned()),
            };
            rules.exceptions.push(Exception {
                id: String::new(),
                weakness: board.weaknesses[finding.weakness as usize].id.to_string(),
                subject: finding.subject.to_string(),
                scope,
                until: NOW + 1000,
            });
        }
    }
}

proptest! {
    #[test]
    fn after_many_changes_the_board_is_as_if_it_were_built_anew(events in prop::collection::vec(event(), 0..60)) {
        let (mut board, mut rules) = (empty(), Rules::default());
        for (nth, event) in (0..).zip(events) {
            happen(&mut board, &mut rules, event, NOW - 100 + nth);
        }
        for machine in &board.machines {
            let anew = board.judge(&Machine { held: Vec::new(), ..machine.clone() }, NOW);
            let what = |held: &[Held]| held.iter().map(|one| (one.finding, one.known())).collect::<Vec<_>>();
            prop_assert_eq!(what(&machine.held), what(&anew));
            prop_assert!(machine.held.iter().all(|one| one.since() < NOW), "what was known keeps its time");
        }
    }

    #[test]
    fn totals_by_group_by_severity_by_part_and_by_machine_agree(events in prop::collection::vec(event(), 0..60)) {
        let (mut board, mut rules) = (empty(), Rules::default());
        for event in events {
            happen(&mut board, &mut rules, event, NOW - 5 * 1440);
        }
        let filter = Filter::default();
        let view = View::new(&board, &rules, &filter, NOW, |_| true);
        let totals = totals(&view);
        let red: u64 = board.machines.iter().map(|machine| view.findings(machine).count() as u64).sum();
        let of = |cells: &[Cell]| cells.iter().map(|cell| cell.findings).sum::<u64>();
        prop_assert_eq!(of(&totals.all.severities), red);
        prop_assert_eq!(of(&totals.all.cells[..4]), red);
        prop_assert_eq!(totals.own.iter().map(|group| of(&group.severities)).sum::<u64>(), red);
        prop_assert_eq!(&totals.groups[0], &totals.all, "the root has all below it");
        prop_assert_eq!(totals.all.machines, board.machines.len() as u64);
        prop_assert_eq!(totals.all.current + totals.all.behind + totals.all.unknown, totals.all.machines);
        let overdue = board.machines.iter().flat_map(|machine| view.findings(machine)).filter(|shown| shown.overdue).count();
        prop_assert_eq!(totals.all.overdue(), overdue as u64);
        // A cell leads to exactly its rows.
        for (part, at) in [(Part::Os, 0), (Part::Patches, 1), (Part::ThirdParty, 2), (Part::Remote, 3)] {
            for (group, totals) in (0..).zip(&totals.groups) {
                let filter = Filter { group: Some(group), part: Some(part), ..Filter::default() };
                let rows = View::new(&board, &rules, &filter, NOW, |_| true);
                let machines = rows.machines().filter(|machine| rows.findings(machine).next().is_some()).count();
                prop_assert_eq!(totals.cells[at].machines, machines as u64);
            }
        }
        // On how many machines a weakness is, on how many it is overdue, and since when.
        let mut by_weakness: BTreeMap<u32, (u64, u64, u32)> = BTreeMap::new();
        for machine in &board.machines {
            let mut had: BTreeMap<u32, (bool, u32)> = BTreeMap::new();
            for shown in view.findings(machine) {
                let (overdue, since) = had.entry(shown.seen.weakness).or_insert((false, u32::MAX));
                (*overdue, *since) = (*overdue || shown.overdue, shown.held.since().min(*since));
            }
            for (weakness, (overdue, since)) in had {
                let (machines, late, first) = by_weakness.entry(weakness).or_insert((0, 0, u32::MAX));
                (*machines, *late, *first) = (*machines + 1, *late + u64::from(overdue), since.min(*first));
            }
        }
        let counted = |one: OfWeakness| (one.weakness, (one.machines, one.overdue, one.since));
        let listed = weaknesses(&view).into_iter().map(counted).collect::<BTreeMap<_, _>>();
        prop_assert_eq!(listed, by_weakness);
    }
}

#[test]
fn two_packages_of_one_source_are_one_finding_and_a_waiting_update_is_its_second_evidence() {
    let mut board = empty();
    let vendor = Known { standing: Standing::Open, claimed: Evidence::Vendor, updater: false };
    board.claim(0, 0, Some(vendor));
    board.claim(1, 0, Some(vendor));
    let machine = Machine { units: vec![0, 1], waiting: Some(vec![8, 12]), ..Machine::default() };
    let held = board.judge(&machine, NOW);
    let evidence = |at: usize| (held[at].finding, held[at].known().evidence());
    assert_eq!(held.len(), 2);
    assert_eq!(evidence(0), (0, vec![Evidence::Updater, Evidence::Vendor]));
    assert_eq!(evidence(1), (12, vec![Evidence::Updater]), "of this package only the updater speaks");
}

#[test]
fn an_exception_that_is_over_makes_the_machine_red_again() {
    let mut board = empty();
    let mut rules = Rules::default();
    happen(&mut board, &mut rules, Event::Claim { unit: 0, finding: 0, standing: Some(Standing::Open) }, NOW);
    happen(&mut board, &mut rules, Event::Install { machine: 0, units: vec![0] }, NOW);
    happen(&mut board, &mut rules, Event::Except { finding: 0, scope: 0 }, NOW);
    let filter = Filter::default();
    let state = |now| {
        let view = View::new(&board, &rules, &filter, now, |_| true);
        view.state(&board.machines[0])
    };
    assert_eq!((state(NOW), state(NOW + 1000)), (State::Current, State::Behind));
}
