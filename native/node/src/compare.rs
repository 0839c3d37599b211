use napi::bindgen_prelude::Result;
use wolfsec_core::compare;

use crate::raw::{Call, Module, Outcome};

pub fn register(module: &Module) -> Result<()> {
    module.function::<ConstantTimeEqual>("constantTimeEqual")
}

struct ConstantTimeEqual;

impl crate::raw::Function for ConstantTimeEqual {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        call.boolean(equal(call.bytes(0)?, call.bytes(1)?))
    }
}

/// Picks the widest vectors of this processor. The choice depends on nothing secret.
fn equal(a: &[u8], b: &[u8]) -> bool {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor was just found to have AVX2.
        return unsafe { compare::constant_time_eq_avx2(a, b) };
    }
    compare::constant_time_eq(a, b)
}
