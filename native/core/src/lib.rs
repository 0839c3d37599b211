//! The engine of Wolfsec: pure Rust that knows neither Node, nor I/O, nor the clock.
#![forbid(unsafe_code)]

pub mod aead;
pub mod auth;
pub mod batch_cache;
pub mod compare;
pub mod exposition;
pub mod hash;
pub mod http;
pub mod ipset;
pub mod json;
pub mod password;
pub mod pattern;
pub mod rule;
pub mod sign;

/// How often a test over random cases goes round. Miri is slower than the processor by some hundreds.
#[cfg(test)]
const fn rounds(natively: u32) -> u32 {
    if cfg!(miri) { natively / 400 } else { natively }
}
