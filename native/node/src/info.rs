//! What this binary is: told by `backend()` in TypeScript.

use napi_derive::napi;

/// The target triple the binary was built for.
#[napi]
pub fn target_triple() -> &'static str {
    env!("WOLFSEC_TARGET")
}

/// The processor features that the run-time dispatch can use on this machine.
#[napi]
pub fn cpu_features() -> Vec<&'static str> {
    let mut found = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        macro_rules! probe {
            ($($name:tt),*) => { $( if std::arch::is_x86_feature_detected!($name) { found.push($name); } )* };
        }
        probe!(
            "sse4.2",
            "avx2",
            "avx512f",
            "aes",
            "pclmulqdq",
            "vaes",
            "vpclmulqdq",
            "sha",
            "bmi2"
        );
    }
    #[cfg(target_arch = "aarch64")]
    {
        macro_rules! probe {
            ($($name:tt),*) => { $( if std::arch::is_aarch64_feature_detected!($name) { found.push($name); } )* };
        }
        probe!("neon", "aes", "sha2", "sha3", "sve");
    }
    found
}

/// The version of the binary.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
