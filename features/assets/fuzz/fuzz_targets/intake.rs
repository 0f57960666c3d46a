//! `cargo fuzz run intake` in `features/assets`: whatever is sent as an inventory is read or refused, without harm.

#![no_main]

use yagura_vocabulary::Time;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // What is no inventory is an error, never a panic.
    drop(yagura_assets::intake::read(bytes, "OCS-NG", Time::from_seconds(1_795_400_000)));
});
