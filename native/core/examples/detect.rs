//! Evaluates a file of NDJSON with a program and prints the rate: a quick look without Node.
//!
//! `detect PROGRAM EVENTS [ROUNDS]`
use std::sync::Arc;
use std::time::{Duration, Instant};

use wolfsec_core::json::{Marker, Marks};
use wolfsec_core::rule::{Batch, Compiled, Evaluator};

fn marker() -> Marker {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
    {
        // SAFETY: the processor has what `mark_avx2` asks for.
        return |marks, line| unsafe { marks.mark_avx2(line) };
    }
    Marks::mark
}

/// Time this thread was on a processor, so that others on the machine do not count; wall time elsewhere.
fn on_cpu(start: Instant) -> Duration {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = std::fs::read(arguments.next().expect("a program")).expect("a readable program");
    let events =
        std::fs::read(arguments.next().expect("a file of events")).expect("readable events");
    let rounds = arguments
        .next()
        .map_or(8, |rounds| rounds.parse().expect("a number of rounds"));
    let start = Instant::now();
    let compiled = Arc::new(Compiled::new(&program).expect("a sound program"));
    println!("compiled in {:?}", start.elapsed());
    let origin = start;
    let mut evaluator = Evaluator::new(compiled, marker());
    for round in 0..rounds {
        let mut batch = Batch::default();
        let before = on_cpu(origin);
        evaluator.evaluate(&events, None, &mut batch);
        let between = on_cpu(origin);
        evaluator.decode(&events);
        let taken = (between - before).as_secs_f64();
        let decoding = (on_cpu(origin) - between).as_secs_f64();
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
