//! The fuzz targets' checks over their seeds, so that a change which breaks one is seen without fuzzing.

#[path = "../../fuzz/checks/rules.rs"]
mod checks;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/../fuzz/seeds/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("a folder of seeds");
    let seeds: Vec<_> = files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    assert!(!seeds.is_empty());
    seeds
}

#[test]
fn events() {
    for seed in seeds("events") {
        checks::line(&seed);
        for cut in (0..seed.len().min(200)).step_by(if cfg!(miri) { 20 } else { 1 }) {
            checks::line(&seed[..cut]);
        }
    }
}

#[test]
fn programs() {
    for seed in seeds("program") {
        checks::program(&seed);
    }
}
