//! Prometheus and OpenMetrics text from a scrape frame: flat arrays that the host copied out of its
//! live columns. The layout is that of `src/backend/contract/exposition.ts`; every read is checked,
//! so that a frame that is not well formed gives an error, never a panic.

mod fold;
mod frame;
mod write;

pub use frame::{Frame, Malformed};
pub use write::serialise;

#[cfg(test)]
mod tests;
