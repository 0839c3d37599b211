use napi::bindgen_prelude::Result;
use wolfsec_core::http::Inspector;

use crate::raw::{Call, Function, Handle, Module, Outcome, Thrown};

pub fn register(module: &Module) -> Result<()> {
    module.function::<Compile>("httpCompile")?;
    module.function::<Inspect>("httpInspect")
}

struct Compiled(Inspector);

impl Handle for Compiled {
    const NAME: &'static str = "a compiled HTTP program";
    const TAG: u64 = 0x7c1e_93a5_20bd_46f8;
}

/// What the tables of a compiled program take, about: told to the collector.
const SIZE_BYTES: usize = 8 << 20;

/// `(program as JSON, limits as JSON)`; gives the handle.
struct Compile;

impl Function for Compile {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let wrong = |what: String| Thrown::new("WOLFSEC_INTERNAL", format!("HTTP program: {what}"));
        let program =
            serde_json::from_slice(call.bytes(0)?).map_err(|error| wrong(error.to_string()))?;
        let limits =
            serde_json::from_slice(call.bytes(1)?).map_err(|error| wrong(error.to_string()))?;
        let inspector = Inspector::new(&program, limits).map_err(wrong)?;
        call.external(Compiled(inspector), SIZE_BYTES)
    }
}

/// `(handle, packed request, level, out)`; gives the number of hits.
struct Inspect;

impl Function for Inspect {
    const ARITY: usize = 4;

    fn call(call: &Call) -> Outcome {
        let compiled = call.handle::<Compiled>(0)?;
        let (request, level) = (call.bytes(1)?, call.u32(2)?);
        let out = call.bytes_mut(3)?;
        call.give_u32(compiled.0.inspect(request, level as u8, out))
    }
}
