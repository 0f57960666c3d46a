//! `cargo fuzz run ipp_jobs` in `agent/sensors`: whatever a printing system may answer is read without harm.

#![no_main]

use yagura_sensors::print::ipp_jobs::{device, jobs};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // What is no IPP is an error, never a panic.
    drop(jobs(bytes));
    drop(device(bytes));
});
