fn main() {
    napi_build::setup();
    // Cargo tells build scripts the target triple, but not the crate itself.
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=WOLFSEC_TARGET={target}");
}
