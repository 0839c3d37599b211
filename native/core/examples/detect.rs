//! Evaluates a file of NDJSON with a program and prints the rate: a quick look without Node.
//!
//! `detect PROGRAM EVENTS [ROUNDS]`
use std::sync::Arc;
use std::time::{Duration, Instant};

use wolfsec_core::rule::{Batch, Compiled, Evaluator, Vectors};

fn vectors() -> Vectors {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let plain = has!("bmi1") && has!("bmi2") && has!("popcnt") && has!("pclmulqdq");
        let wide = has!("avx512bw") && has!("avx512vbmi") && has!("avx512vbmi2");
        if plain && wide && std::env::var_os("AVX2").is_none() {
            return Vectors {
                // SAFETY: the processor has what `mark_avx512` asks for.
                mark: |marks, bytes| unsafe { marks.mark_avx512(bytes) },
                // SAFETY: the processor has what `stand_in_avx512` asks for.
                search: Some(|needles, line| unsafe { needles.stand_in_avx512(line) }),
            };
        }
        if plain && has!("avx2") {
            return Vectors {
                // SAFETY: the processor has what `mark_avx2` asks for.
                mark: |marks, bytes| unsafe { marks.mark_avx2(bytes) },
                search: None,
            };
        }
    }
    Vectors::default()
}

/// Time this thread was on a processor, so that others on the machine do not count; wall time elsewhere.
fn on_cpu(start: Instant) -> Duration {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .map_or_else(|| start.elapsed(), Duration::from_nanos)
}

const ROUND_BYTES: usize = 100 << 20;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = std::fs::read(arguments.next().expect("a program")).expect("a readable program");
    let events =
        std::fs::read(arguments.next().expect("a file of events")).expect("readable events");
    // The clock of a thread ticks every few milliseconds: a round is long against that.
    let times = (ROUND_BYTES / events.len()).max(1);
    let rounds = arguments
        .next()
        .map_or(8, |rounds| rounds.parse().expect("a number of rounds"));
    let start = Instant::now();
    let compiled = Arc::new(Compiled::new(&program).expect("a sound program"));
    println!("compiled in {:?}", start.elapsed());
    let origin = start;
    let mut evaluator = Evaluator::new(compiled, vectors());
    for round in 0..rounds {
        let mut batch = Batch::default();
        let before = on_cpu(origin);
        for _ in 0..times {
            batch = Batch::default();
            evaluator.evaluate(&events, None, &mut batch);
        }
        let between = on_cpu(origin);
        for _ in 0..times {
            evaluator.decode(&events);
        }
        let taken = (between - before).as_secs_f64() / times as f64;
        let decoding = (on_cpu(origin) - between).as_secs_f64() / times as f64;
        println!(
            "{round}: {} events, {} hits, {} faults, {:.0} events/s, {:.0} MB/s, decoding {:.0} %",
            batch.events,
            batch.hits.len() / 4,
            batch.faults.len() / 4,
            f64::from(batch.events) / taken,
            events.len() as f64 / taken / 1e6,
            decoding / taken * 100.0,
        );
    }
}
