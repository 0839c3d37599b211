//! Random bytes for nonces, bought in bulk: the generator of AWS-LC costs over 100 ns a call.

use std::cell::RefCell;

use crate::raw::Thrown;

const POOL_LEN: usize = 4096;

/// Random bytes of this thread.
pub struct Pool {
    bytes: [u8; POOL_LEN],
    used: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = const {
        RefCell::new(Pool { bytes: [0; POOL_LEN], used: POOL_LEN })
    };
}

/// Lends the pool of this thread.
#[inline]
pub fn with<T>(work: impl FnOnce(&mut Pool) -> T) -> T {
    POOL.with_borrow_mut(work)
}

impl Pool {
    /// Fills `nonce`. What was given is wiped from the pool.
    #[inline]
    pub fn fill(&mut self, nonce: &mut [u8]) -> Result<(), Thrown> {
        // Lengths that the compiler knows make a copy two instructions instead of a call.
        if let Ok(nonce) = <&mut [u8; 12]>::try_from(&mut *nonce) {
            *nonce = self.take()?;
        } else if let Ok(nonce) = <&mut [u8; 24]>::try_from(&mut *nonce) {
            *nonce = self.take()?;
        } else {
            for byte in nonce {
                [*byte] = self.take()?;
            }
        }
        Ok(())
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Thrown> {
        if POOL_LEN - self.used < N {
            self.refill()?;
        }
        let taken = &mut self.bytes[self.used..self.used + N];
        let mut given = [0; N];
        given.copy_from_slice(taken);
        taken.fill(0);
        self.used += N;
        Ok(given)
    }

    #[cold]
    fn refill(&mut self) -> Result<(), Thrown> {
        aws_lc_rs::rand::fill(&mut self.bytes)
            .map_err(|_| Thrown::new("WOLFSEC_INTERNAL", "the system gave no random bytes"))?;
        self.used = 0;
        Ok(())
    }
}
