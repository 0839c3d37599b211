//! The hot paths of the core on fixed inputs: shared by the instruction counts, the allocation test
//! and the heap profile.

use std::sync::Arc;

use wolfsec_core::aead::{Algorithm, Key};
use wolfsec_core::compare::constant_time_eq;
use wolfsec_core::ipset::{IpTable, Prefix, flatten};
use wolfsec_core::pattern::{Anchor, Literal, PatternSet, Scratch};
use wolfsec_core::rule::{Batch, Compiled, Evaluator};

/// One call on the hot path. It gives a figure of its answer, so that none of it can be left out.
pub type Work = Box<dyn FnMut() -> u64>;

pub struct Case {
    pub name: &'static str,
    /// Allocations that one call may make.
    pub allocations: u64,
    /// Makes the input and what is compiled once.
    pub prepare: fn() -> Work,
}

const fn case(name: &'static str, allocations: u64, prepare: fn() -> Work) -> Case {
    Case {
        name,
        allocations,
        prepare,
    }
}

pub const CASES: &[Case] = &[
    case("compare-32", 0, || compare(32)),
    case("compare-4096", 0, || compare(4096)),
    case("ipset-lookup-1000", 0, ipset),
    case("pattern-is-match-miss", 0, || is_match(LINE)),
    case("aead-seal-1024", 0, || seal(Algorithm::Aes256Gcm, 1024)),
    case("aead-open-1024", 0, || open(Algorithm::Aes256Gcm, 1024)),
    case("aead-seal-chacha20-1024", 0, || {
        seal(Algorithm::ChaCha20Poly1305, 1024)
    }),
    case("detect-decode-60", 0, decode),
    case("detect-evaluate-29-benign", 0, || evaluate(29)),
    // Two attacks among them: rules that are looked at read more of them.
    case("detect-evaluate-60", 0, || evaluate(60)),
    case("pattern-which", 0, which),
    case("pattern-find", 0, find),
];

const LINE: &str = "192.0.2.44 - - [10/Oct/2026:13:55:36 +0000] \"GET /shop/items?id=4711&sort=price \
                    HTTP/1.1\" 200 2326 \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"";
const ATTACK: &str =
    "GET /shop/items?id=4711+UNION+SELECT+password+FROM+users&f=../../etc/passwd HTTP/1.1";

fn compare(len: usize) -> Work {
    let a = vec![7u8; len];
    let b = a.clone();
    Box::new(move || u64::from(constant_time_eq(&a, &b)))
}

fn ipset() -> Work {
    let prefixes = (0..4096u32).map(|i| Prefix {
        start: i.wrapping_mul(2_654_435_761) & 0xffff_ff00,
        len: 24,
        value: i + 1,
    });
    let rows = flatten(prefixes.collect());
    let table = IpTable::new(rows.into_iter().unzip(), (vec![0], vec![0])).expect("rows are sound");
    let addresses: Vec<[u8; 16]> = (0..1000u32)
        .map(|i| u128::from(i.wrapping_mul(40_503_001)) | 0xffff_0000_0000)
        .map(u128::to_be_bytes)
        .collect();
    Box::new(move || {
        addresses
            .iter()
            .map(|&a| u64::from(table.lookup_packed(a)))
            .sum()
    })
}

fn patterns() -> PatternSet {
    let words = [
        "union+select",
        "../",
        "/etc/passwd",
        "<script",
        "sleep(",
        "xp_cmdshell",
        "${jndi:",
        "/wp-admin",
    ];
    let literals: Vec<Literal<'_>> = (0u32..)
        .zip(words)
        .map(|(pattern, word)| Literal {
            bytes: word.as_bytes(),
            ignore_case: true,
            anchor: Anchor::Anywhere,
            pattern,
        })
        .collect();
    PatternSet::new(&literals, &[]).expect("the patterns are sound")
}

fn is_match(line: &'static str) -> Work {
    let set = patterns();
    Box::new(move || u64::from(set.is_match(line.as_bytes())))
}

fn which() -> Work {
    let set = patterns();
    let mut scratch = Scratch::default();
    Box::new(move || {
        set.which(ATTACK.as_bytes(), &mut scratch);
        scratch.which.len() as u64
    })
}

fn find() -> Work {
    let set = patterns();
    let mut scratch = Scratch::default();
    Box::new(move || {
        set.find(ATTACK.as_bytes(), &[], &mut scratch);
        scratch.matches.len() as u64
    })
}

const NONCE: [u8; 12] = [7; 12];

fn seal(algorithm: Algorithm, len: usize) -> Work {
    let key = Key::new(algorithm, &[3; 32]);
    let plaintext = vec![9u8; len];
    let mut output = vec![0u8; len + 16];
    Box::new(move || {
        key.seal(&NONCE, b"header", &plaintext, &mut output);
        u64::from(output[len])
    })
}

fn open(algorithm: Algorithm, len: usize) -> Work {
    let key = Key::new(algorithm, &[3; 32]);
    let mut sealed = vec![0u8; len + 16];
    key.seal(&NONCE, b"header", &vec![9u8; len], &mut sealed);
    let mut output = vec![0u8; len];
    Box::new(move || {
        key.open(&NONCE, b"header", &sealed, &mut output)
            .expect("it is authentic");
        u64::from(output[0])
    })
}

const PROGRAM: &[u8] = include_bytes!("vectors/program.json");
const EVENTS: &[u8] = include_bytes!("vectors/events.ndjson");

fn evaluator() -> Evaluator {
    let mut evaluator = Evaluator::new(
        Arc::new(Compiled::new(PROGRAM).expect("the program is sound")),
        wolfsec_core::rule::Vectors::default(),
    );
    // A value enters the cache the second time that it is seen.
    for _ in 0..8 {
        evaluator.evaluate(EVENTS, None, &mut Batch::default());
    }
    evaluator
}

fn decode() -> Work {
    let mut evaluator = evaluator();
    Box::new(move || u64::from(evaluator.decode(EVENTS)))
}

fn evaluate(lines: usize) -> Work {
    let end: usize = EVENTS
        .split_inclusive(|&byte| byte == b'\n')
        .take(lines)
        .map(<[u8]>::len)
        .sum();
    let events = &EVENTS[..end];
    let mut evaluator = evaluator();
    let mut batch = Batch::default();
    Box::new(move || {
        batch.hits.clear();
        batch.faults.clear();
        (batch.events, batch.lines) = (0, 0);
        evaluator.evaluate(events, None, &mut batch);
        u64::from(batch.events) * 1000 + batch.hits.len() as u64
    })
}
