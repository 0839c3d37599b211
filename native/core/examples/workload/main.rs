//! `workload NAME [TIMES]` runs one hot path; `workload` alone lists them. Made for valgrind:
//! callgrind counts what happens inside `measured` only.

mod cases;

use std::hint::black_box;

#[inline(never)]
fn measured(work: &mut cases::Work) -> u64 {
    black_box(work())
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        for case in cases::CASES {
            println!("{} (allocations: {})", case.name, case.allocations);
        }
        return;
    };
    let times: u32 = arguments.next().map_or(1, |n| n.parse().expect("a number"));
    let case = cases::CASES.iter().find(|case| case.name == name);
    let mut work = (case.expect("a known name").prepare)();
    // The first call fills what is made lazily; it is not measured.
    let first = work();
    for _ in 0..times {
        assert_eq!(
            measured(&mut work),
            first,
            "{name} gives another answer each time"
        );
    }
    println!("{name} {first}");
}
