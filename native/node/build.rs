fn main() {
    napi_build::setup();
    // Cargo tells build scripts the target triple, but not the crate itself.
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=WOLFSEC_TARGET={target}");
    // Otherwise the linker of macOS names the library by the path that it is written to.
    if target.ends_with("-apple-darwin") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/wolfsec.node");
    }
}
