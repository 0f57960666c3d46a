use proptest::prelude::*;

use super::*;

/// Reads `uuid=u1 serial=s1 vendor=dell mac=a,b name=pc`.
fn identity(text: &str) -> Identity {
    let mut read = Identity::default();
    for (name, value) in text.split_whitespace().filter_map(|part| part.split_once('=')) {
        let value = value.to_owned();
        match name {
            "uuid" => read.uuid = Some(value),
            "serial" => read.serial = Some(value),
            "vendor" => read.vendor = Some(value),
            "name" => read.hostname = Some(value),
            "mac" => read.macs = value.split(',').map(str::to_owned).collect(),
            other => panic!("{other}"),
        }
    }
    read
}

#[track_caller]
fn check(a: &str, b: &str, expected: &str) {
    let (a, b) = (identity(a), identity(b));
    let word = |found| match found {
        Comparison::Same(why) => format!("same: {why}"),
        Comparison::Doubtful(doubt) => format!("doubtful: {doubt}"),
        Comparison::Different => "different".to_owned(),
    };
    assert_eq!(word(compare(&a, &b)), expected);
    assert_eq!(word(compare(&b, &a)), expected, "the other way round");
}

/// An address that its maker gave, another one, and one that a program gave.
const MAC: &str = "00:1b:21:00:00:01";
const OTHER: &str = "00:1b:21:00:00:02";
const MADE_UP: &str = "02:42:ac:11:00:02";

#[test]
fn uuid_and_serial_together_are_enough_whatever_else_changed() {
    check("uuid=u serial=s name=old", "uuid=u serial=s name=new", "same: uuid");
}

#[test]
fn a_uuid_alone_needs_an_interface_or_the_name_beside_it() {
    check("uuid=u name=pc", "uuid=u name=pc", "same: uuid");
    check(&format!("uuid=u name=a mac={MAC}"), &format!("uuid=u name=b mac={MAC},{OTHER}"), "same: uuid");
    check("uuid=u name=a", "uuid=u name=b", "doubtful: uuid_twice");
}

#[test]
fn two_boards_that_left_the_factory_with_one_uuid_stay_two_machines() {
    check("uuid=u serial=s1 name=pc", "uuid=u serial=s2 name=pc", "doubtful: uuid_twice");
}

#[test]
fn a_serial_number_counts_within_its_maker() {
    check("serial=s vendor=dell", "serial=s", "same: serial");
    check("serial=1 vendor=canon", "serial=1 vendor=ricoh", "different");
    check("uuid=u1 serial=s", "uuid=u2 serial=s", "doubtful: serial_twice");
}

#[test]
fn makers_are_known_by_their_first_word() {
    let (long, short) = ("Dell Inc.".to_lowercase(), "dell".to_owned());
    assert!(similar(Some(&long), Some(&short)));
}

#[test]
fn without_firmware_an_interface_and_the_name_make_a_machine() {
    check(&format!("name=pc mac={MADE_UP}"), &format!("name=pc mac={MADE_UP}"), "same: mac_and_name");
    check(&format!("mac={MAC}"), &format!("name=pc mac={MAC}"), "same: mac");
}

#[test]
fn a_dock_that_moves_between_two_laptops_does_not_make_them_one() {
    check(&format!("name=a mac={MAC}"), &format!("name=b mac={MAC}"), "doubtful: mac_moved");
    check(&format!("uuid=1 serial=1 name=a mac={MAC}"), &format!("uuid=2 serial=2 name=b mac={MAC}"), "different");
}

#[test]
fn an_address_that_a_program_gave_says_nothing_by_itself() {
    check(&format!("mac={MADE_UP}"), &format!("name=pc mac={MADE_UP}"), "different");
}

#[test]
fn a_host_name_alone_is_not_enough() {
    check("name=pc", "name=pc serial=s", "doubtful: name_only");
    check("name=pc", "name=other", "different");
}

fn known(machine: u32, sources: &[&str]) -> Known<u32> {
    Known { machine, identities: sources.iter().map(|text| identity(text)).collect() }
}

#[test]
fn a_sighting_goes_to_the_machine_with_the_strongest_reason() {
    let machines = [known(1, &[&format!("name=pc mac={MAC}")]), known(2, &["serial=s"])];
    let found = decide(&identity(&format!("serial=s name=pc mac={MAC}")), &machines);
    assert_eq!((found.machine, found.why), (Some(2), Why::Serial));
}

#[test]
fn one_source_that_contradicts_keeps_a_sighting_apart() {
    let machine = known(1, &[&format!("name=pc mac={MAC}"), "uuid=u1 serial=s1"]);
    let found = decide(&identity(&format!("serial=s2 name=pc mac={MAC}")), &[machine]);
    assert_eq!((found.machine, found.why), (None, Why::New));
    assert_eq!(found.doubts, [(1, Doubt::Several)]);
}

#[test]
fn where_two_machines_fit_equally_a_third_is_made_and_both_are_named() {
    let found = decide(&identity("serial=s"), &[known(1, &["serial=s vendor=a"]), known(2, &["serial=s vendor=b"])]);
    assert_eq!(found.machine, None);
    assert_eq!(found.doubts, [(1, Doubt::Several), (2, Doubt::Several)]);
}

#[test]
fn addresses_of_no_interface_are_no_marks() {
    assert_eq!(mac("00:00:00:00:00:00"), None);
    assert_eq!(mac("FF-FF-FF-FF-FF-FF"), None);
    assert_eq!(mac("00-1B-21-00-00-01").as_deref(), Some(MAC));
    assert_eq!(mac("001b.2100.0001").as_deref(), Some(MAC));
    assert_eq!(mac("virtual"), None);
}

fn any_identity() -> impl Strategy<Value = Identity> {
    let value = || prop::option::of("[ab]");
    let macs =
        prop::collection::btree_set(prop::sample::select(vec![MAC, OTHER, MADE_UP]).prop_map(str::to_owned), 0..3);
    (value(), value(), value(), macs, value()).prop_map(|(uuid, vendor, serial, macs, hostname)| Identity {
        uuid,
        vendor,
        serial,
        macs,
        hostname,
    })
}

proptest! {
    #[test]
    fn the_order_of_two_sightings_does_not_matter(a in any_identity(), b in any_identity()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a));
    }

    #[test]
    fn what_contradicts_is_never_one_machine(a in any_identity(), b in any_identity()) {
        if contradicts(&a, &b) {
            prop_assert!(!matches!(compare(&a, &b), Comparison::Same(_)));
            prop_assert_eq!(decide(&a, &[Known { machine: 1, identities: vec![b] }]).machine, None);
        }
    }

    #[test]
    fn machines_that_have_something_in_common_share_a_mark(a in any_identity(), b in any_identity()) {
        if compare(&a, &b) != Comparison::Different {
            let marks = b.marks();
            prop_assert!(a.marks().iter().any(|mark| marks.contains(mark)));
        }
    }
}
