//! Crypto: keys stay on this side as slots, messages cross as borrowed bytes.

mod aead;
mod aead_batch;
mod aead_thread;
mod background;
mod entropy;
mod hash;
mod kdf;
mod mac;
mod sign;
mod slots;
mod task;

use napi::bindgen_prelude::Result;

use crate::raw::Module;

pub fn register(module: &Module) -> Result<()> {
    aead::register(module)?;
    aead_batch::register(module)?;
    aead_thread::register(module)?;
    hash::register(module)?;
    mac::register(module)?;
    sign::register(module)
}
