#![no_main]
//! Lines of bytes through the event reader.

#[path = "../checks/rules.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::line(data));
