//! Sigma rules over batches of NDJSON.

use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::*;
use napi_derive::napi;
use wolfsec_core::rule::{Batch, Compiled, Evaluator, Vectors};

use crate::raw::{self, Call, Function, Handle, Module, Outcome, Thrown};

pub fn register(module: &Module) -> Result<()> {
    module.function::<Compile>("rulesCompile")?;
    module.function::<Evaluate>("rulesEvaluate")?;
    module.function::<Decode>("rulesDecode")?;
    module.function::<Close>("rulesClose")
}

/// A compiled program and the evaluators that are not at work.
struct Rules {
    open: Mutex<Option<Open>>,
}

struct Open {
    compiled: Arc<Compiled>,
    idle: Vec<Evaluator>,
}

impl Handle for Rules {
    const NAME: &'static str = "a compiled rule program";
    const TAG: u64 = 0x2d9b_77f1_c4a0_35e8;
}

/// The fastest forms that this processor has.
fn vectors() -> Vectors {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let plain = has!("bmi1") && has!("bmi2") && has!("popcnt") && has!("pclmulqdq");
        if plain && has!("avx512bw") && has!("avx512vbmi") && has!("avx512vbmi2") {
            return Vectors {
                mark: |marks, bytes| {
                    // SAFETY: the processor has what `mark_avx512` asks for, as was just found out.
                    unsafe { marks.mark_avx512(bytes) }
                },
                search: Some(|needles, line| {
                    // SAFETY: the processor has what `stand_in_avx512` asks for, as was just found out.
                    unsafe { needles.stand_in_avx512(line) }
                }),
            };
        }
        if plain && has!("avx2") {
            return Vectors {
                mark: |marks, bytes| {
                    // SAFETY: the processor has what `mark_avx2` asks for, as was just found out.
                    unsafe { marks.mark_avx2(bytes) }
                },
                search: None,
            };
        }
    }
    Vectors::default()
}

/// Evaluators kept for the next batch; each holds a cache of some megabytes.
const MAX_IDLE: usize = 8;

impl Rules {
    fn borrow(&self) -> Option<Evaluator> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = open.as_mut()?;
        Some(
            open.idle
                .pop()
                .unwrap_or_else(|| Evaluator::new(open.compiled.clone(), vectors())),
        )
    }

    fn give_back(&self, evaluator: Evaluator) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = open.as_mut()
            && open.idle.len() < MAX_IDLE
        {
            open.idle.push(evaluator);
        }
    }
}

fn disposed() -> Thrown {
    Thrown::new("WOLFSEC_DISPOSED", "the rules were disposed of")
}

/// `(program as JSON, 1 where it compiled before) → external`.
struct Compile;

impl Function for Compile {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let json = call.bytes(0)?;
        let read = if call.u32(1)? == 1 {
            Compiled::known
        } else {
            Compiled::new
        };
        let compiled = read(json).map_err(|error| {
            Thrown::new(
                "WOLFSEC_RULE_INVALID",
                format!("the rule program {}", error.0),
            )
        })?;
        let open = Open {
            compiled: Arc::new(compiled),
            idle: Vec::new(),
        };
        let rules = Rules {
            open: Mutex::new(Some(open)),
        };
        // The automata are some ten times their text.
        call.external(rules, json.len() * 10)
    }
}

/// Words in front of the hits and faults: events, lines, hits, faults (each of four words), cache hits and misses.
const HEAD: usize = 6;

/// `(rules, ndjson, length, logsources, out) → words`: fills `out` as far as it goes; when more words are
/// needed than it has, the caller comes again with a larger one.
struct Evaluate;

impl Function for Evaluate {
    const ARITY: usize = 5;

    fn call(call: &Call) -> Outcome {
        let rules = call.handle::<Rules>(0)?;
        let ndjson = call.bytes(1)?;
        let length = (call.u32(2)? as usize).min(ndjson.len());
        let logsources = call.elements::<u32>(3)?;
        let out = call.elements_mut::<u32>(4)?;
        let mut evaluator = rules.borrow().ok_or_else(disposed)?;
        let mut batch = Batch::default();
        let known = (!logsources.is_empty()).then_some(logsources);
        evaluator.evaluate(&ndjson[..length], known, &mut batch);
        rules.give_back(evaluator);
        let words = HEAD + batch.hits.len() + batch.faults.len();
        if words <= out.len() {
            pack(&batch, out);
        }
        call.give_u32(words as u32)
    }
}

fn pack(batch: &Batch, out: &mut [u32]) {
    let (head, rest) = out.split_at_mut(HEAD);
    head.copy_from_slice(&[
        batch.events,
        batch.lines,
        (batch.hits.len() / 4) as u32,
        (batch.faults.len() / 4) as u32,
        batch.cache_hits,
        batch.cache_misses,
    ]);
    let (hits, faults) = rest.split_at_mut(batch.hits.len());
    hits.copy_from_slice(&batch.hits);
    faults[..batch.faults.len()].copy_from_slice(&batch.faults);
}

/// `(rules, ndjson) → events`: reads the events and does nothing with them.
struct Decode;

impl Function for Decode {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let rules = call.handle::<Rules>(0)?;
        let ndjson = call.bytes(1)?;
        let mut evaluator = rules.borrow().ok_or_else(disposed)?;
        let events = evaluator.decode(ndjson);
        rules.give_back(evaluator);
        call.give_u32(events)
    }
}

/// `(rules)`: frees the program; batches at work are finished first.
struct Close;

impl Function for Close {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let rules = call.handle::<Rules>(0)?;
        rules
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        call.undefined()
    }
}

/// A batch evaluated on a thread of the pool.
pub struct EvaluateTask {
    rules: Arc<Rules>,
    ndjson: Uint8Array,
    logsources: Vec<u32>,
}

impl Task for EvaluateTask {
    type Output = Vec<u32>;
    type JsValue = Uint32Array;

    fn compute(&mut self) -> Result<Self::Output> {
        let mut batch = Batch::default();
        // Disposed of meanwhile: nobody is interested in the answer any more.
        if let Some(mut evaluator) = self.rules.borrow() {
            let known = (!self.logsources.is_empty()).then_some(&self.logsources[..]);
            evaluator.evaluate(&self.ndjson, known, &mut batch);
            self.rules.give_back(evaluator);
        }
        let mut out = vec![0; HEAD + batch.hits.len() + batch.faults.len()];
        pack(&batch, &mut out);
        Ok(out)
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(Uint32Array::new(output))
    }
}

/// Evaluates a batch off the main thread, in memory that nobody changes, moves or detaches meanwhile.
#[napi(ts_args_type = "rules: unknown, ndjson: Uint8Array, logsources: Uint32Array")]
pub fn rules_evaluate_async(
    env: Env,
    rules: Unknown,
    ndjson: Uint8Array,
    logsources: Uint32Array,
) -> Result<AsyncTask<EvaluateTask>> {
    let rules = raw::shared::<Rules>(env.raw(), rules.raw()).ok_or_else(|| {
        Error::new(
            Status::InvalidArg,
            "argument 0 must be a compiled rule program",
        )
    })?;
    Ok(AsyncTask::new(EvaluateTask {
        rules,
        ndjson,
        logsources: logsources.to_vec(),
    }))
}
