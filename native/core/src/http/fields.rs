//! What the walkers hand on.

use super::path::Path;

pub const PATH: u16 = 2;
pub const QUERY: u16 = 4;
pub const QUERY_NAME: u16 = 8;
pub const HEADER: u16 = 16;
pub const COOKIE: u16 = 32;
pub const BODY: u16 = 64;
pub const BODY_NAME: u16 = 128;
pub const RAW_BODY: u16 = 256;
pub const FILE_NAME: u16 = 512;
pub const URL: u16 = 1024;
pub const COOKIE_NAME: u16 = 2048;

/// Structural checks, numbered as the contract's `httpChecks` lists them.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Check {
    BadMethod,
    LineBreakInTarget,
    NullByte,
    BadPercentEncoding,
    LengthAndChunked,
    BadContentLength,
    BadTransferEncoding,
    RepeatedHeader,
    HeaderLineBreak,
    MalformedJson,
    JsonTooDeep,
    MalformedMultipart,
    TooManyParameters,
    BodyOnBodilessMethod,
    ForeignSession,
    BudgetSpent,
}

/// One field at a time; `false` stops the walk.
pub trait Visitor {
    fn field(&mut self, location: u16, name: &[u8], value: &[u8]) -> bool;
    /// The same for a value within JSON: the path tells where it stands.
    fn nested(&mut self, location: u16, path: &Path, value: &[u8]) -> bool;
    fn check(&mut self, check: Check, name: &[u8], value: &[u8]);
}
