//! The Node-API binding of `wolfsec-core`: argument checks, error codes and off-thread tasks.
//! Meaning lives in the core; all `unsafe` of the workspace lives in this crate.
// The macros register functions by constructors, which the test target leaves out.
#![cfg_attr(test, allow(dead_code))]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod auth;
mod batch_cache;
mod compare;
mod crypto;
mod exposition;
mod http;
mod info;
mod ipset;
mod pattern;
mod raw;
mod rule;

use napi::bindgen_prelude::*;
use napi_derive::napi;

#[napi(module_exports)]
pub fn init(exports: Object, env: Env) -> Result<()> {
    let module = raw::Module::new(env.raw(), exports.raw());
    auth::register(&module)?;
    batch_cache::register(&module)?;
    compare::register(&module)?;
    crypto::register(&module)?;
    http::register(&module)?;
    ipset::register(&module)?;
    pattern::register(&module)?;
    rule::register(&module)
}
