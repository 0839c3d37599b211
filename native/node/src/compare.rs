use napi::bindgen_prelude::Result;

use crate::raw::{Call, Module, Outcome};

pub fn register(module: &Module) -> Result<()> {
    module.function::<ConstantTimeEqual>("constantTimeEqual")
}

struct ConstantTimeEqual;

impl crate::raw::Function for ConstantTimeEqual {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let (a, b) = (call.bytes(0)?, call.bytes(1)?);
        call.boolean(wolfsec_core::compare::constant_time_eq(a, b))
    }
}
