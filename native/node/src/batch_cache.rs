use napi::bindgen_prelude::Result;
use wolfsec_core::batch_cache::{BadKeys, BatchCache};

use crate::raw::{Call, Function, Handle, Module, Outcome, Thrown};

pub fn register(module: &Module) -> Result<()> {
    module.function::<Create>("batchCacheCreate")?;
    module.function::<GetMany>("batchCacheGetMany")?;
    module.function::<SetMany>("batchCacheSetMany")?;
    module.function::<Size>("batchCacheSize")?;
    module.function::<Clear>("batchCacheClear")
}

struct Held(BatchCache);

impl Handle for Held {
    const NAME: &'static str = "a batch cache";
    const TAG: u64 = 0x5d0b_92c7_6ae1_43f8;
}

/// Bytes that an entry takes, roughly: told to the collector.
const ENTRY_BYTES: usize = 96;

struct Create;
impl Function for Create {
    const ARITY: usize = 1;
    fn call(call: &Call) -> Outcome {
        let capacity = call.u32(0)? as usize;
        call.external(Held(BatchCache::new(capacity)), capacity * ENTRY_BYTES)
    }
}

struct GetMany;
impl Function for GetMany {
    const ARITY: usize = 5;
    fn call(call: &Call) -> Outcome {
        let cache = call.handle::<Held>(0)?;
        let (keys, ends) = (call.bytes(1)?, call.elements::<u32>(2)?);
        let now_ms = call.number(3)?;
        let values = call.elements_mut::<f64>(4)?;
        let found = cache
            .0
            .get_many(keys, ends, now_ms, values)
            .map_err(refused)?;
        call.give_u32(found)
    }
}

struct SetMany;
impl Function for SetMany {
    const ARITY: usize = 5;
    fn call(call: &Call) -> Outcome {
        let cache = call.handle::<Held>(0)?;
        let (keys, ends) = (call.bytes(1)?, call.elements::<u32>(2)?);
        let values = call.elements::<f64>(3)?;
        let expires_ms = call.number(4)?;
        cache
            .0
            .set_many(keys, ends, values, expires_ms)
            .map_err(refused)?;
        call.undefined()
    }
}

struct Size;
impl Function for Size {
    const ARITY: usize = 1;
    fn call(call: &Call) -> Outcome {
        call.give_number(call.handle::<Held>(0)?.0.len() as f64)
    }
}

struct Clear;
impl Function for Clear {
    const ARITY: usize = 1;
    fn call(call: &Call) -> Outcome {
        call.handle::<Held>(0)?.0.clear();
        call.undefined()
    }
}

fn refused(_: BadKeys) -> Thrown {
    Thrown::new(
        "WOLFSEC_INVALID_ARGUMENT",
        "the ends of the keys must rise within the keys",
    )
}
