//! The raw layer, and areas that are built on it alone, called as Node calls them: by an engine that holds
//! JavaScript's side. Miri, which cannot run Node, sees so what the `unsafe` there does with memory.
// Elsewhere the addon asks Node for the functions by name.
#![cfg(unix)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]
#![allow(dead_code, reason = "the layer is taken as it is")]

#[path = "../../src/batch_cache.rs"]
mod batch_cache;
#[path = "../../src/compare.rs"]
mod compare;
#[path = "../../src/crypto"]
mod crypto {
    pub mod slots;

    pub struct Key(pub f64);
    slots::slotted!(Key);
}
mod engine;
#[path = "../../src/ipset.rs"]
mod ipset;
#[path = "../../src/pattern.rs"]
mod pattern;
#[path = "../../src/raw/mod.rs"]
mod raw;

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crypto::{Key, slots};
use engine::{Engine, Value, as_value};
use raw::{Call, Function, Handle, Module, Outcome};

fn with(register: impl Fn(&Module) -> napi::bindgen_prelude::Result<()>) -> Engine {
    let engine = Engine::default();
    let module = Module::new(engine.env(), ptr::null_mut());
    assert!(register(&module).is_ok());
    engine
}

/// `(from, to)`: bytes of one view into another.
struct Copy;

impl Function for Copy {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let (from, to) = (call.bytes(0)?, call.bytes_mut(1)?);
        to.copy_from_slice(from);
        call.undefined()
    }
}

/// `(many views…)`: writes to each.
struct Fill;

impl Function for Fill {
    const ARITY: usize = 10;

    fn call(call: &Call) -> Outcome {
        let mut slices = Vec::new();
        for at in 0..Self::ARITY {
            slices.push(call.elements_mut::<u16>(at)?);
        }
        // All are in use at once.
        for (at, slice) in slices.iter_mut().enumerate() {
            slice.fill(at as u16);
        }
        let total = slices
            .iter()
            .flat_map(|slice| slice.iter())
            .map(|&it| u32::from(it))
            .sum();
        call.give_u32(total)
    }
}

/// `(text, whether there is another argument)`: the bytes that its text has.
struct Length;

impl Function for Length {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let mut scratch = [0; 16];
        let len = call
            .string(0, &mut scratch)?
            .map_or(-1.0, |text| text.len() as f64);
        call.give_number(len + call.last_bytes(1)?.len() as f64 * 100.0)
    }
}

struct Panic;

impl Function for Panic {
    const ARITY: usize = 0;

    fn call(_: &Call) -> Outcome {
        panic!("on purpose")
    }
}

#[test]
fn views_of_one_memory_are_lent_once() {
    let engine = with(|module| {
        module.function::<Copy>("copy")?;
        module.function::<Fill>("fill")
    });
    let memory = engine.memory(4);
    memory.write(0, b"sixteen bytes ok");
    let view = |from, len| engine.view(memory, from, len);
    assert!(engine.call("copy", &[view(0, 16), view(16, 16)]).is_ok());
    assert_eq!(memory.read(), b"sixteen bytes oksixteen bytes ok");
    assert!(engine.call("copy", &[view(0, 0), view(8, 0)]).is_ok());
    for from in 1..16 {
        let code = engine.code("copy", &[view(0, 16), view(from, 16)]);
        assert_eq!(code, "WOLFSEC_INVALID_ARGUMENT");
    }
    let rows: Vec<_> = (0..10).map(|at| view(at * 2, 2)).collect();
    assert_eq!(engine.count("fill", &rows), 45.0);
    let mut twice = rows.clone();
    twice[9] = rows[3];
    assert_eq!(engine.code("fill", &twice), "WOLFSEC_INVALID_ARGUMENT");
    // Not where such an element may stand, and not a whole number of them.
    for odd in [view(21, 2), view(20, 3)] {
        let mut rows = rows.clone();
        rows[9] = odd;
        assert_eq!(engine.code("fill", &rows), "WOLFSEC_INVALID_ARGUMENT");
    }
    assert_eq!(
        engine.code("copy", &[view(0, 1)]),
        "WOLFSEC_INVALID_ARGUMENT"
    );
}

#[test]
fn texts_are_cut_by_none() {
    let engine = with(|module| module.function::<Length>("length"));
    let text = |text: &str| engine.value(Value::Text(text.to_owned()));
    assert_eq!(engine.count("length", &[text("")]), 0.0);
    assert_eq!(engine.count("length", &[text("eleven byte")]), 11.0);
    assert_eq!(engine.count("length", &[text("twelve bytes")]), -1.0);
    assert_eq!(
        engine.count("length", &[text(&"\u{1f43a}".repeat(9))]),
        -1.0
    );
    assert_eq!(
        engine.count("length", &[text("ab"), engine.bytes(b"abc")]),
        302.0
    );
    assert_eq!(
        engine.code("length", &[engine.number(1)]),
        "WOLFSEC_INVALID_ARGUMENT"
    );
}

#[test]
fn a_panic_becomes_an_error() {
    let engine = with(|module| module.function::<Panic>("panic"));
    assert_eq!(engine.code("panic", &[]), "WOLFSEC_INTERNAL");
}

static ALIVE: AtomicUsize = AtomicUsize::new(0);

struct Counted(u32);

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
        assert_ne!(self.0, 13, "a drop that panics");
    }
}

impl Handle for Counted {
    const NAME: &'static str = "a counted value";
    const TAG: u64 = 1;
}

/// Of the same shape, which nothing but its tag tells apart.
struct Other;

impl Handle for Other {
    const NAME: &'static str = "another value";
    const TAG: u64 = 2;
}

struct Make;

impl Function for Make {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        call.external(Counted(call.u32(0)?), 1000)
    }
}

struct MakeOther;

impl Function for MakeOther {
    const ARITY: usize = 0;

    fn call(call: &Call) -> Outcome {
        call.external(Other, 0)
    }
}

/// `(value, value)`: both at once, one of them kept past the call by another thread.
struct Sum;

impl Function for Sum {
    const ARITY: usize = 2;

    fn call(call: &Call) -> Outcome {
        let (one, other) = (call.handle::<Counted>(0)?, call.shared::<Counted>(1)?);
        let beside: Arc<Counted> = other.clone();
        let thread = std::thread::spawn(move || beside.0);
        call.give_u32(one.0 + thread.join().unwrap_or(0) + other.0)
    }
}

#[test]
fn externals_are_told_apart_and_dropped_once() {
    let engine = with(|module| {
        module.function::<Make>("make")?;
        module.function::<MakeOther>("makeOther")?;
        module.function::<Sum>("sum")
    });
    let make = |number: u32| {
        engine
            .call("make", &[engine.number(number)])
            .expect("a value")
    };
    let (one, two) = (make(1), make(13));
    let other = engine.call("makeOther", &[]).expect("a value");
    assert_eq!(engine.count("sum", &[one, two]), 27.0);
    assert_eq!(engine.count("sum", &[one, one]), 3.0);
    for wrong in [other, engine.number(1), engine.bytes(b"memory")] {
        assert_eq!(
            engine.code("sum", &[one, wrong]),
            "WOLFSEC_INVALID_ARGUMENT"
        );
        assert_eq!(
            engine.code("sum", &[wrong, one]),
            "WOLFSEC_INVALID_ARGUMENT"
        );
    }
    assert_eq!(engine.told.get(), 2000);
    let kept = raw::shared::<Counted>(engine.env(), one).expect("a value");
    assert!(raw::shared::<Counted>(engine.env(), other).is_none());
    drop(engine);
    assert_eq!((kept.0, ALIVE.load(Ordering::SeqCst)), (1, 1));
    drop(kept);
    assert_eq!(ALIVE.load(Ordering::SeqCst), 0);
}

struct Keep;

impl Function for Keep {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        slots::give(call, Key(call.number(0)?))
    }
}

struct Kept;

impl Function for Kept {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let number = slots::with(call.u32(0)?, |key: &mut Key| {
            key.0 += 1.0;
            Ok(key.0)
        });
        call.give_number(number?)
    }
}

#[test]
fn a_slot_gives_its_value_until_it_is_released() {
    let engine = with(|module| {
        module.function::<Keep>("keep")?;
        module.function::<Kept>("kept")?;
        module.function::<slots::Release<Key>>("release")
    });
    let keep = |number: u32| engine.count("keep", &[engine.number(number)]);
    let kept = |handle: f64| engine.call("kept", &[engine.number(handle)]);
    let (one, two) = (keep(10), keep(20));
    assert_eq!(engine.count("kept", &[engine.number(two)]), 21.0);
    for _ in 0..2 {
        assert!(engine.call("release", &[engine.number(one)]).is_ok());
    }
    let three = keep(30);
    assert_ne!(one, three);
    for gone in [one, 7.0, f64::from(u32::MAX)] {
        assert_eq!(
            kept(gone).map_err(|it| it.0),
            Err("WOLFSEC_DISPOSED".into())
        );
    }
    assert_eq!(engine.count("kept", &[engine.number(three)]), 31.0);
}

#[test]
fn generations_of_a_slot_come_round() {
    let mut slots = slots::Slots::new();
    let insert = |slots: &mut slots::Slots<u32>, value| slots.insert(value).ok().expect("room");
    let first = insert(&mut slots, 0);
    let mut last = first;
    for round in 1..=4096 {
        slots.remove(last);
        last = insert(&mut slots, round);
        assert_eq!(last == first, round == 4096);
    }
    assert_eq!(slots.get(last).ok(), Some(&mut 4096));
}

#[test]
fn comparisons_read_both_views() {
    let engine = with(compare::register);
    let equal = |a: &[u8], b: &[u8]| {
        let answer = engine.call("constantTimeEqual", &[engine.bytes(a), engine.bytes(b)]);
        matches!(as_value(&answer.expect("an answer")), Value::Bool(true))
    };
    assert!(equal(&[7; 300], &[7; 300]) && equal(b"", b"") && !equal(&[7; 300], &[7; 299]));
}

#[test]
fn a_batch_cache_keeps_numbers() {
    let engine = with(batch_cache::register);
    let cache = engine
        .call("batchCacheCreate", &[engine.number(10)])
        .expect("a cache");
    let (keys, ends) = (engine.bytes(b"aabb"), engine.words(&[2, 4]));
    let values = engine.memory(2);
    values.write(0, &[2.0_f64.to_ne_bytes(), 3.0_f64.to_ne_bytes()].concat());
    let given = engine.view(values, 0, 16);
    let set = [cache, keys, ends, given, engine.number(5)];
    assert!(engine.call("batchCacheSetMany", &set).is_ok());
    let got = engine.memory(2);
    let get = [cache, keys, ends, engine.number(4), engine.view(got, 0, 16)];
    assert_eq!(engine.count("batchCacheGetMany", &get), 2.0);
    assert_eq!(got.read(), values.read());
    let into_its_keys = [cache, given, ends, engine.number(4), given];
    assert_eq!(
        engine.code("batchCacheGetMany", &into_its_keys),
        "WOLFSEC_INVALID_ARGUMENT"
    );
}

#[test]
fn networks_are_written_to_two_views() {
    let engine = with(ipset::register);
    let (starts, values) = (engine.memory(4), engine.memory(4));
    let networks = [
        engine.words(&[0x0a00_0000, 0x0a01_0000]),
        engine.bytes(&[8, 16]),
        engine.words(&[1, 2]),
        engine.number(1),
        engine.view(starts, 0, 32),
        engine.view(values, 0, 32),
    ];
    assert_eq!(engine.count("ipFlatten", &networks), 5.0);
    let rows = [0, 0x0a00_0000, 0x0a01_0000, 0x0a02_0000, 0x0b00_0000];
    assert_eq!(starts.read()[..20], rows.map(u32::to_ne_bytes).concat());
    assert_eq!(
        values.read()[..20],
        [0_u32, 1, 2, 1, 0].map(u32::to_ne_bytes).concat()
    );
    let (mut one, mut little) = (networks, networks);
    one[5] = one[4];
    assert_eq!(engine.code("ipFlatten", &one), "WOLFSEC_INVALID_ARGUMENT");
    little[5] = engine.view(values, 0, 16);
    assert_eq!(engine.code("ipFlatten", &little), "WOLFSEC_INTERNAL");
}

#[test]
fn patterns_are_found() {
    let engine = with(pattern::register);
    let set = [
        engine.bytes(b"wolfsheep"),
        engine.words(&[0, 4, 4, 0, 4, 9, 0, 1]),
        engine.bytes(b"[0-9]+x"),
        engine.words(&[0, 7, 2]),
    ];
    let patterns = engine.call("patternsCompile", &set).expect("patterns");
    let text = engine.bytes(b"A Wolf, 12x and no goat");
    let found = engine.memory(4);
    let which = [patterns, text, engine.number(23), engine.view(found, 0, 8)];
    assert_eq!(engine.count("patternsWhich", &which), 2.0);
    let find = [
        patterns,
        text,
        engine.number(23),
        engine.view(found, 0, 24),
        engine.words(&[]),
    ];
    assert_eq!(engine.count("patternsFind", &find), 2.0);
    let rows = [0_u32, 2, 6, 2, 8, 11];
    assert_eq!(found.read()[..24], rows.map(u32::to_ne_bytes).concat());
    let too_long = [patterns, text, engine.number(24), engine.view(found, 0, 8)];
    assert_eq!(engine.code("patternsWhich", &too_long), "WOLFSEC_INTERNAL");
}
