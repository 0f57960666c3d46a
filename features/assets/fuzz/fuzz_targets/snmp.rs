//! `cargo fuzz run snmp` in `features/assets`: whatever a device answers is read or refused, without harm.

#![no_main]

use yagura_assets::snmp::{Answers, CHASSIS, COLUMNS, FIRST, PARTS, PRINTER_COLUMNS, Value, decode};
use yagura_vocabulary::Time;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Each answer: which object, how many numbers behind it and which, what kind of value, how long and which.
    let names: Vec<&[u32]> = [FIRST, COLUMNS, PRINTER_COLUMNS, CHASSIS, &[PARTS]].concat();
    let mut answers = Answers::new();
    let mut rest = bytes;
    while let [which, length, tail @ ..] = rest {
        let (at, tail) = tail.split_at(usize::from(*length).min(tail.len()).min(20));
        let [kind, length, tail @ ..] = tail else { break };
        let (value, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        let mut number = [0; 8];
        number.iter_mut().zip(value).for_each(|(to, from)| *to = *from);
        let value = match kind % 4 {
            0 => Value::Bytes(value.to_vec()),
            1 => Value::Number(i64::from_le_bytes(number)),
            2 => Value::Name(value.iter().map(|byte| u32::from(*byte)).collect()),
            _ => Value::Address([number[0], number[1], number[2], number[3]]),
        };
        let at: Vec<u32> = at.iter().map(|byte| u32::from(*byte)).collect();
        answers.insert([names[usize::from(*which) % names.len()], &at].concat(), value);
        rest = tail;
    }
    if let Ok(told) = decode(&answers, Time::from_seconds(1_795_400_000)) {
        let json = serde_json::to_string(&told.assets).expect("an inventory has names for all its fields");
        assert_eq!(serde_json::from_str::<yagura_assets::Assets>(&json).ok(), Some(told.assets));
    }
});
