#![no_main]
//! A rule program on the first line, events on the others.

#[path = "../checks/rules.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::program(data));
