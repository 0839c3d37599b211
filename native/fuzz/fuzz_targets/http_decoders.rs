//! The decoders of HTTP values: no input may panic, and decoded text is its own canonical form's input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wolfsec_core::http::fuzz::{canonical, hidden_text, json_unescape, percent_decode, squeeze};

fuzz_target!(|data: &[u8]| {
    let value = percent_decode(data, true);
    let text = canonical(&value);
    assert!(!text.iter().any(u8::is_ascii_uppercase));
    assert!(squeeze(&text).len() <= text.len());
    let _ = json_unescape(data);
    if let Some(hidden) = hidden_text(data) {
        assert!(hidden.len() < data.len());
    }
});
