//! Evaluates a file of NDJSON with a program and prints the rate: a quick look without Node.
use std::sync::Arc;
use std::time::Instant;

use wolfsec_core::rule::{Batch, Compiled, Evaluator};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = std::fs::read(arguments.next().expect("a program")).expect("a readable program");
    let events =
        std::fs::read(arguments.next().expect("a file of events")).expect("readable events");
    let start = Instant::now();
    let compiled = Arc::new(Compiled::new(&program).expect("a sound program"));
    println!("compiled in {:?}", start.elapsed());
    let mut evaluator = Evaluator::new(compiled);
    for round in 0..8 {
        let mut batch = Batch::default();
        let start = Instant::now();
        evaluator.evaluate(&events, None, &mut batch);
        let taken = start.elapsed().as_secs_f64();
        let start = Instant::now();
        evaluator.decode(&events);
        let decoding = start.elapsed().as_secs_f64();
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
