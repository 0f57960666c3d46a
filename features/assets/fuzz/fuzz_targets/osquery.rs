//! `cargo fuzz run osquery` in `features/assets`: whatever is sent as osquery's message is read or refused, without harm.

#![no_main]

use yagura_assets::osquery::{Results, Tables, decode, message};
use yagura_vocabulary::Time;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(message) = message(bytes) else { return };
    let mut tables: Tables = message.details();
    if Results::of(message).is_ok_and(|results| results.apply(&mut tables).is_ok()) {
        drop(decode(&tables, Time::from_seconds(1_795_400_000)));
    }
});
