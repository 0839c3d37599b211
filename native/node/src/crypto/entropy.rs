//! Random bytes for nonces, bought in bulk: the generator of AWS-LC costs over 100 ns a call.

use std::cell::RefCell;

use crate::raw::Thrown;

const BUFFER_LEN: usize = 4096;

struct Buffer {
    bytes: [u8; BUFFER_LEN],
    used: usize,
}

thread_local! {
    static BUFFER: RefCell<Buffer> = const {
        RefCell::new(Buffer { bytes: [0; BUFFER_LEN], used: BUFFER_LEN })
    };
}

/// Fills `output`, which holds a nonce, with random bytes. What was given is wiped from the buffer.
pub fn fill(output: &mut [u8]) -> Result<(), Thrown> {
    BUFFER.with_borrow_mut(|buffer| {
        if BUFFER_LEN - buffer.used < output.len() {
            aws_lc_rs::rand::fill(&mut buffer.bytes)
                .map_err(|_| Thrown::new("WOLFSEC_INTERNAL", "the system gave no random bytes"))?;
            buffer.used = 0;
        }
        let taken = &mut buffer.bytes[buffer.used..buffer.used + output.len()];
        output.copy_from_slice(taken);
        taken.fill(0);
        buffer.used += output.len();
        Ok(())
    })
}
