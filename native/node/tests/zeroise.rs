//! Memory that held a secret is wiped before it goes back to the allocator.
//!
//! The allocator looks at every block that is freed: none may hold the marked key, whole or in part. It knows
//! what is allocated as well, so that one can look into what still lives.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use wolfsec_core::password::{Argon2Cost, argon2id};
use wolfsec_core::{aead, hash, hash::mac, sign};

/// Half of a key is proof enough: no random block holds these bytes.
const MARK: [u8; 16] = *b"\xf3secret key mark";
const KEY: [u8; 32] = *b"\xf3secret key mark\xf3secret key mark";

static WATCHING: AtomicBool = AtomicBool::new(false);
static LEAKS: AtomicUsize = AtomicUsize::new(0);
static FREED: AtomicUsize = AtomicUsize::new(0);
/// Blocks as large as a work area of argon2 that were freed, and those among them that held anything.
static LARGE: AtomicUsize = AtomicUsize::new(0);
static DIRTY: AtomicUsize = AtomicUsize::new(0);
const LARGE_LEN: usize = 1 << 20;

/// Address and length of what was allocated while watched and still lives.
static LIVE: [(AtomicUsize, AtomicUsize); 64] =
    [const { (AtomicUsize::new(0), AtomicUsize::new(0)) }; 64];

struct Watching;

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about the layout is passed on.
        let block = unsafe { System.alloc_zeroed(layout) };
        if WATCHING.load(Ordering::Relaxed)
            && let Some((start, len)) = LIVE
                .iter()
                .find(|(start, _)| start.load(Ordering::Relaxed) == 0)
        {
            start.store(block.expose_provenance(), Ordering::Relaxed);
            len.store(layout.size(), Ordering::Relaxed);
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        for (start, _) in &LIVE {
            let _ = start.compare_exchange(block.addr(), 0, Ordering::Relaxed, Ordering::Relaxed);
        }
        if WATCHING.load(Ordering::Relaxed) {
            // SAFETY: the block is still allocated, with that size, and was zeroed when it was made.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            FREED.fetch_add(1, Ordering::Relaxed);
            if bytes.len() >= LARGE_LEN {
                LARGE.fetch_add(1, Ordering::Relaxed);
                if bytes.iter().any(|byte| *byte != 0) {
                    DIRTY.fetch_add(1, Ordering::Relaxed);
                }
            } else if bytes.windows(MARK.len()).any(|window| window == MARK) {
                LEAKS.fetch_add(1, Ordering::Relaxed);
            }
        }
        // SAFETY: the block and its layout came from `alloc`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// What `work` freed with the mark in it.
fn leaks(work: impl FnOnce()) -> usize {
    LEAKS.store(0, Ordering::Relaxed);
    FREED.store(0, Ordering::Relaxed);
    WATCHING.store(true, Ordering::Relaxed);
    work();
    WATCHING.store(false, Ordering::Relaxed);
    LEAKS.load(Ordering::Relaxed)
}

/// How many blocks that were allocated while watched, and still live, hold the mark.
fn held() -> usize {
    LIVE.iter()
        .filter(|(start, len)| {
            let start = std::ptr::with_exposed_provenance::<u8>(start.load(Ordering::Relaxed));
            // SAFETY: a block in the list was not freed, and was zeroed when it was made.
            !start.is_null()
                && unsafe { std::slice::from_raw_parts(start, len.load(Ordering::Relaxed)) }
                    .windows(MARK.len())
                    .any(|window| window == MARK)
        })
        .count()
}

/// One test, since the watch is over the whole process: what runs beside it would be counted, too.
#[test]
fn no_secret_is_left_in_freed_memory() {
    // The watch itself works: a copy that nobody wipes is seen.
    assert_eq!(leaks(|| drop(std::hint::black_box(KEY.to_vec()))), 1);

    for algorithm in [
        aead::Algorithm::Aes256Gcm,
        aead::Algorithm::Aes256GcmSiv,
        aead::Algorithm::ChaCha20Poly1305,
        aead::Algorithm::XChaCha20Poly1305,
    ] {
        let found = leaks(|| {
            let key = Box::new(aead::Key::new(algorithm, &KEY));
            let mut output = [0; 16];
            key.seal(&[0; 24][..algorithm.nonce_len()], &[], &[], &mut output);
            drop(std::hint::black_box(key));
        });
        assert_eq!(found, 0, "{algorithm:?}");
        assert!(
            FREED.load(Ordering::Relaxed) > 0,
            "{algorithm:?} freed nothing"
        );
    }
    for algorithm in [
        mac::Algorithm::HmacSha256,
        mac::Algorithm::HmacSha512,
        mac::Algorithm::Blake3,
    ] {
        let found = leaks(|| {
            let mut key = Box::new(mac::Mac::new(algorithm, &KEY));
            key.sign(b"message", &mut vec![0; algorithm.tag_len()]);
            drop(std::hint::black_box(key));
        });
        assert_eq!(found, 0, "{algorithm:?}");
    }
    for algorithm in [
        sign::Algorithm::Ed25519,
        sign::Algorithm::EcdsaP256,
        sign::Algorithm::X25519,
    ] {
        let found = leaks(|| {
            let key = Box::new(sign::Private::new(algorithm, &KEY).expect("a key"));
            drop(std::hint::black_box(key));
        });
        assert_eq!(found, 0, "{algorithm:?}");
    }
    messages_are_wiped();
    a_key_for_macs_keeps_nothing_of_what_it_signed();
    work_areas_of_argon2_are_wiped();
}

/// What a hash in progress holds of its message, in its block or on its stack of chunks.
fn messages_are_wiped() {
    for algorithm in [
        hash::Algorithm::Sha256,
        hash::Algorithm::Sha384,
        hash::Algorithm::Sha512,
        hash::Algorithm::Sha3_256,
        hash::Algorithm::Blake3,
    ] {
        let found = leaks(|| {
            let mut hasher = Box::new(hash::Hasher::new(algorithm));
            hasher.update(&KEY);
            drop(std::hint::black_box(hasher));
        });
        assert_eq!(found, 0, "{algorithm:?}");
        assert!(
            FREED.load(Ordering::Relaxed) > 0,
            "{algorithm:?} freed nothing"
        );
    }
}

/// A tag is made in the key's own state, which lives on.
fn a_key_for_macs_keeps_nothing_of_what_it_signed() {
    for algorithm in [
        mac::Algorithm::HmacSha256,
        mac::Algorithm::HmacSha384,
        mac::Algorithm::HmacSha512,
        mac::Algorithm::Blake3,
    ] {
        leaks(|| {
            let mut key = mac::Mac::new(algorithm, &[7; 32]);
            // The search itself works: a message in progress is there.
            let mut started = key.clone();
            started.update(&KEY);
            assert_eq!(held(), 1, "{algorithm:?}");
            drop(started);
            // Marks at the end of every length around one and two blocks, and at the start.
            for len in 16..=272 {
                let mut message = vec![0; len];
                message[..16].copy_from_slice(&MARK);
                message[len - 16..].copy_from_slice(&MARK);
                let mut tag = [0; 64];
                key.sign(&message, &mut tag[..algorithm.tag_len()]);
                message.fill(0);
                drop(message);
                assert_eq!(held(), 0, "{algorithm:?}, {len} bytes");
            }
            drop(key);
        });
    }
}

/// An area larger than is kept goes back to the allocator, and holds nothing but zeroes by then. Those
/// that are kept were wiped in the same place: whether to keep one is decided afterwards.
fn work_areas_of_argon2_are_wiped() {
    let cost = Argon2Cost {
        memory_kib: 96 * 1024,
        iterations: 1,
        lanes: 1,
    };
    DIRTY.store(0, Ordering::Relaxed);
    LARGE.store(0, Ordering::Relaxed);
    let mut output = [0; 32];
    let found = leaks(|| {
        argon2id(&KEY, b"salt of 16 bytes", &KEY, cost, &mut output).expect("a fair cost");
    });
    assert_ne!(output, [0; 32]);
    assert_eq!(found, 0, "the password or the pepper was left behind");
    assert!(
        LARGE.load(Ordering::Relaxed) > 0,
        "the work area was not given back"
    );
    assert_eq!(DIRTY.load(Ordering::Relaxed), 0, "a work area kept bytes");
}
