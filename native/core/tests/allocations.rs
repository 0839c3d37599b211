//! Hot paths allocate nothing, or what the table says: counted, not guessed.

#[path = "../examples/workload/cases.rs"]
mod cases;

#[test]
fn hot_paths_allocate_no_more_than_they_say() {
    // Miri cannot call C, which the ciphers are written in.
    let callable = |case: &&cases::Case| !(cfg!(miri) && case.name.starts_with("aead"));
    for case in cases::CASES.iter().filter(callable) {
        let mut work = (case.prepare)();
        // What is made lazily is made once. The evaluator's cache admits a value when it is seen again,
        // by a secret hash, so that one may come late: the steady state is the least of several calls.
        let expected = work();
        let counted = (0..8)
            .map(|_| allocation_counter::measure(|| assert_eq!(work(), expected)))
            .min_by_key(|counted| counted.count_total)
            .expect("there are eight");
        assert_eq!(
            counted.count_total, case.allocations,
            "{}: {} allocations, {} bytes, in one call",
            case.name, counted.count_total, counted.bytes_total
        );
    }
}

#[test]
fn the_counter_counts() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![0u8; 64])));
    assert_eq!((counted.count_total, counted.bytes_total), (1, 64));
}
