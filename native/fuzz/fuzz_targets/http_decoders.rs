//! The decoders of HTTP values: no input may panic, and decoded text is its own canonical form's input.
//! The walkers of bodies: each format, whatever the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wolfsec_core::http::Limits;
use wolfsec_core::http::fuzz::{
    canonical, hidden_text, json_unescape, percent_decode, squeeze, walk,
};

const TYPES: [&[u8]; 6] = [
    b"application/json",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=b",
    b"text/xml",
    b"text/plain",
    b"",
];
const LIMITS: Limits = Limits {
    depth: 64,
    fields: 1000,
    decoded_bytes: 4 << 20,
};

fuzz_target!(|data: &[u8]| {
    let value = percent_decode(data, true);
    let text = canonical(&value);
    assert!(!text.iter().any(u8::is_ascii_uppercase));
    assert!(squeeze(&text).len() <= text.len());
    let _ = json_unescape(data);
    if let Some(hidden) = hidden_text(data) {
        assert!(hidden.len() < data.len());
    }
    walk(data, &LIMITS);
    for content_type in TYPES {
        // Each field takes a byte of its own at least, but for what stands in names and in values.
        let fields = walk(&packed(content_type, data), &LIMITS);
        assert!(fields <= 2 * data.len() + 8);
    }
});

/// A POST with one header and a body, as `src/http/pack.ts` lays it out.
fn packed(content_type: &[u8], body: &[u8]) -> Vec<u8> {
    let parts: [&[u8]; 5] = [b"POST", b"/", b"content-type", content_type, body];
    let mut packed = Vec::new();
    for word in [4, 1, body.len(), 1, 12, content_type.len()] {
        packed.extend((word as u32).to_le_bytes());
    }
    packed.extend(parts.concat());
    packed
}
