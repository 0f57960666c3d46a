//! Devices as they answer, and made-up ones.

use proptest::prelude::*;

use super::{
    objects::{
        ENT_CLASS, ENT_FIRMWARE, ENT_MODEL, ENT_SERIAL, HR_DEVICE_DESCR, HR_DEVICE_TYPE, HR_PRINTER_ERRORS,
        HR_PRINTER_STATUS, HR_TYPE_PRINTER, IF_DESCR, IF_HIGH_SPEED, IF_NAME, IF_OPER_STATUS, IF_PHYS_ADDRESS,
        IF_SPEED, IF_TYPE, IP_AD_ENT_IF_INDEX, IP_ADDRESS_IF_INDEX, IP_ADDRESS_TYPE, PRT_COLORANT, PRT_LIFE_COUNT,
        PRT_NAME, PRT_SUPPLY_COLORANT, PRT_SUPPLY_DESCR, PRT_SUPPLY_LEVEL, PRT_SUPPLY_MAX, PRT_SUPPLY_TYPE,
        PRT_SUPPLY_UNIT,
    },
    *,
};

fn now() -> Time {
    Time::from_seconds(1_795_400_000)
}

#[derive(Default)]
struct Made(Answers);

impl Made {
    fn put(mut self, column: &[u32], at: &[u32], value: Value) -> Self {
        self.0.insert([column, at].concat(), value);
        self
    }

    fn text(self, column: &[u32], at: &[u32], text: &str) -> Self {
        self.put(column, at, Value::Bytes(text.as_bytes().to_vec()))
    }

    fn number(self, column: &[u32], at: &[u32], number: i64) -> Self {
        self.put(column, at, Value::Number(number))
    }

    fn maker(self, number: u32) -> Self {
        self.put(SYS_OBJECT_ID, &[], Value::Name([ENTERPRISES, &[number, 1, 1]].concat()))
    }

    fn told(&self) -> Told {
        decode(&self.0, now()).unwrap()
    }
}

/// A colour printer as the MIBs describe it.
fn printer() -> Made {
    let (place, _, _) = encoding_rs::SHIFT_JIS.encode("本社3階 経理部");
    let mut made = Made::default()
        .maker(367)
        .text(SYS_DESCR, &[], "RICOH IM C4510 1.10 / RICOH Network Printer C model")
        .text(SYS_NAME, &[], "RNP583879A1B2C3")
        .put(SYS_LOCATION, &[], Value::Bytes(place.into_owned()))
        .number(SYS_UP_TIME, &[], 360_000)
        .number(SYS_SERVICES, &[], 72)
        .text(PRT_SERIAL, &[1], "3A81-220145")
        .text(PRT_NAME, &[1], "複合機 本社3階")
        .number(PRT_LIFE_COUNT, &[1, 1], 182_344)
        .put(HR_DEVICE_TYPE, &[1], Value::Name(HR_TYPE_PRINTER.to_vec()))
        .text(HR_DEVICE_DESCR, &[1], "RICOH IM C4510")
        .number(HR_PRINTER_STATUS, &[1], 3)
        .put(HR_PRINTER_ERRORS, &[1], Value::Bytes(vec![0b0010_0000, 0]))
        .text(IF_DESCR, &[1], "ncmac0")
        .number(IF_TYPE, &[1], 6)
        .put(IF_PHYS_ADDRESS, &[1], Value::Bytes(vec![0x58, 0x38, 0x79, 0xa1, 0xb2, 0xc3]))
        .number(IF_OPER_STATUS, &[1], 1)
        .number(IF_SPEED, &[1], 1_000_000_000)
        .number(IP_AD_ENT_IF_INDEX, &[192, 168, 10, 60], 1);
    for (at, name, colour, level, max) in [
        (1, "Black Toner", "black", 40, 100),
        (2, "Cyan Toner", "cyan", 8, 100),
        (3, "Magenta Toner", "magenta", -3, 100),
        (4, "Yellow Toner", "yellow", -2, -2),
    ] {
        made = made
            .number(PRT_SUPPLY_COLORANT, &[1, at], i64::from(at))
            .text(PRT_COLORANT, &[1, at], colour)
            .number(PRT_SUPPLY_TYPE, &[1, at], 3)
            .text(PRT_SUPPLY_DESCR, &[1, at], name)
            .number(PRT_SUPPLY_UNIT, &[1, at], 19)
            .number(PRT_SUPPLY_MAX, &[1, at], max)
            .number(PRT_SUPPLY_LEVEL, &[1, at], level);
    }
    made.number(PRT_SUPPLY_TYPE, &[1, 5], 4).text(PRT_SUPPLY_DESCR, &[1, 5], "Waste Toner").number(
        PRT_SUPPLY_LEVEL,
        &[1, 5],
        -3,
    )
}

#[test]
fn a_printer_says_what_it_is_where_it_stands_and_what_is_left() {
    let told = printer().told();
    assert_eq!(told.thing, Thing::Printer);
    let Assets { hardware, os, network, device, .. } = &told.assets;
    assert_eq!(hardware.vendor.as_deref(), Some("Ricoh"));
    assert_eq!(hardware.model.as_deref(), Some("RICOH IM C4510"));
    assert_eq!(hardware.serial.as_deref(), Some("3A81-220145"));
    assert_eq!(os.hostname.as_deref(), Some("RNP583879A1B2C3"));
    assert_eq!(os.boot_at, Some(Time::from_seconds(1_795_396_400)));
    assert_eq!(network[0].mac.as_deref(), Some("58:38:79:a1:b2:c3"));
    assert_eq!((network[0].ipv4.as_slice(), network[0].speed_mbps), (&["192.168.10.60".to_owned()][..], Some(1000)));
    let device = device.as_ref().unwrap();
    assert_eq!(device.location.as_deref(), Some("本社3階 経理部"));
    assert_eq!(device.object_id.as_deref(), Some("1.3.6.1.4.1.367.1.1"));
    let printer = device.printer.as_ref().unwrap();
    assert_eq!((printer.status.as_deref(), printer.pages), (Some("idle"), Some(182_344)));
    assert_eq!(printer.errors, ["low_toner"]);
    let left: Vec<_> =
        printer.supplies.iter().map(|one| (one.name.as_str(), one.kind.as_str(), one.percent, one.some)).collect();
    assert_eq!(
        left,
        [
            ("Black Toner", "toner", Some(40), false),
            ("Cyan Toner", "toner", Some(8), false),
            ("Magenta Toner", "toner", None, true),
            ("Yellow Toner", "toner", None, false),
            ("Waste Toner", "waste", None, true),
        ]
    );
    assert_eq!(printer.supplies[1].color.as_deref(), Some("cyan"));
}

#[test]
fn a_switch_says_its_chassis_and_its_ports() {
    let made = Made::default()
        .maker(207)
        .text(SYS_DESCR, &[], "Allied Telesis router/switch, Software (AlliedWare Plus) Version 5.5.3")
        .text(SYS_NAME, &[], "core-sw-01")
        .number(SYS_SERVICES, &[], 6)
        .number(ENT_CLASS, &[1], 11)
        .number(ENT_CLASS, &[100], 3)
        .text(ENT_SERIAL, &[100], "A05041R193100041")
        .text(ENT_MODEL, &[100], "AT-x530L-28GTX")
        .text(ENT_FIRMWARE, &[100], "5.5.3-0.4")
        .text(IF_DESCR, &[5001], "port1.0.1")
        .text(IF_NAME, &[5001], "p1")
        .number(IF_HIGH_SPEED, &[5001], 10_000)
        .number(IF_SPEED, &[5001], 4_294_967_295)
        .text(IF_DESCR, &[1], "lo")
        .number(IF_TYPE, &[1], 24)
        .put(IF_PHYS_ADDRESS, &[5002], Value::Bytes(vec![0, 0, 0x5e, 0, 1, 9]))
        .number(IP_ADDRESS_IF_INDEX, &[1, 4, 192, 168, 10, 1], 5001)
        .number(IP_ADDRESS_IF_INDEX, &[1, 4, 192, 168, 10, 255], 5001)
        .number(IP_ADDRESS_TYPE, &[1, 4, 192, 168, 10, 255], 3)
        .number(IP_ADDRESS_IF_INDEX, &[2, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 5001);
    let told = made.told();
    assert_eq!(told.thing, Thing::Network);
    let Assets { hardware, network, .. } = &told.assets;
    assert_eq!(hardware.vendor.as_deref(), Some("Allied Telesis"));
    assert_eq!(hardware.serial.as_deref(), Some("A05041R193100041"));
    assert_eq!(hardware.firmware.as_deref(), Some("5.5.3-0.4"));
    assert_eq!((network[0].name.as_str(), network[0].speed_mbps), ("p1", Some(10_000)));
    assert_eq!(
        (network[0].ipv4.join(","), network[0].ipv6.join(",")),
        ("192.168.10.1".to_owned(), "2001:db8::1".to_owned())
    );
    assert_eq!(
        (network[1].name.as_str(), &network[1].mac),
        ("#5002", &None),
        "routers that stand in for each other share it"
    );
    assert_eq!(network.len(), 2, "the loopback is left out");
}

#[test]
fn the_agent_of_a_server_says_its_system_and_no_maker() {
    let told = Made::default()
        .maker(8072)
        .text(SYS_DESCR, &[], "Linux srv-01 6.1.0-44-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1 x86_64")
        .text(SYS_NAME, &[], "srv-01")
        .told();
    assert_eq!((told.thing, &told.assets.hardware.vendor), (Thing::Server, &None));
    let os = &told.assets.os;
    assert_eq!((os.name.as_str(), os.kernel.as_str(), os.architecture.as_str()), ("Linux", "6.1.0-44-amd64", "x86_64"));
}

#[test]
fn whoever_forwards_and_runs_nothing_is_of_the_network_whoever_made_it() {
    let of = |services| Made::default().text(SYS_NAME, &[], "x").number(SYS_SERVICES, &[], services).told().thing;
    assert_eq!((of(2), of(6), of(78), of(72)), (Thing::Network, Thing::Network, Thing::Other, Thing::Other));
}

#[test]
fn what_names_no_device_or_is_of_the_wrong_kind_cannot_be_read() {
    let check = |made: Made, expected: Unreadable| assert_eq!(decode(&made.0, now()).unwrap_err(), expected);
    check(Made::default(), Unreadable::Nothing);
    check(Made::default().text(SYS_DESCR, &[], ""), Unreadable::Nothing);
    check(Made::default().number(SYS_DESCR, &[], 7), Unreadable::Kind("sysDescr"));
    check(Made::default().text(SYS_NAME, &[], "x").text(SYS_OBJECT_ID, &[], "y"), Unreadable::Kind("sysObjectID"));
    check(Made::default().text(SYS_NAME, &[], &"x".repeat(60_000)), Unreadable::Long("sysName", 60_000));
}

#[test]
fn a_wrong_field_in_a_table_costs_no_other() {
    let told =
        printer().text(PRT_LIFE_COUNT, &[1, 1], "many").number(IF_DESCR, &[1], 9).number(PRT_SERIAL, &[1], 1).told();
    let printer = told.assets.device.unwrap().printer.unwrap();
    assert_eq!((printer.pages, printer.supplies.len()), (None, 5));
    assert_eq!(told.assets.network[0].name, "#1");
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        any::<i64>().prop_map(Value::Number),
        (-4_i64..101).prop_map(Value::Number),
        proptest::collection::vec(any::<u32>(), 0..12).prop_map(Value::Name),
        any::<[u8; 4]>().prop_map(Value::Address),
    ]
}

fn is_clean(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => !text.chars().any(char::is_control),
        serde_json::Value::Array(items) => items.iter().all(is_clean),
        serde_json::Value::Object(fields) => fields.values().all(is_clean),
        _ => true,
    }
}

proptest! {
    #[test]
    fn whatever_a_device_answers_is_read_or_refused(
        rows in proptest::collection::vec(
            (0..FIRST.len() + COLUMNS.len() + PRINTER_COLUMNS.len() + CHASSIS.len() + 1, proptest::collection::vec(0_u32..300, 0..20), value()),
            0..60,
        ),
    ) {
        let names: Vec<&[u32]> = [FIRST, COLUMNS, PRINTER_COLUMNS, CHASSIS, &[PARTS]].concat();
        let answers: Answers = rows.into_iter().map(|(which, at, value)| {
            let at = if which < FIRST.len() { Vec::new() } else { at };
            ([names[which], &at].concat(), value)
        }).collect();
        if let Ok(told) = decode(&answers, now()) {
            let json = serde_json::to_value(&told.assets).unwrap();
            prop_assert!(is_clean(&json));
            prop_assert_eq!(serde_json::from_value::<Assets>(json).unwrap(), told.assets);
        }
    }
}
