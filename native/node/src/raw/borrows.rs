//! Which memory of JavaScript a call has borrowed: no mutable slice overlaps another.

use std::cell::Cell;
use std::mem::MaybeUninit;

use super::{MAX_ARGUMENTS, Thrown};

/// The memory that a call has borrowed so far: a slot and a bit in `taken` for each argument.
/// Slots start out uninitialised, since filling them would cost every call some nanoseconds.
pub(super) struct Borrows {
    spans: [Cell<MaybeUninit<Span>>; MAX_ARGUMENTS],
    taken: Cell<u16>,
    exclusive: Cell<u16>,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

impl Borrows {
    #[inline]
    pub(super) fn new() -> Self {
        Self {
            spans: [const { Cell::new(MaybeUninit::uninit()) }; MAX_ARGUMENTS],
            taken: Cell::new(0),
            exclusive: Cell::new(0),
        }
    }

    #[inline]
    pub(super) fn add(
        &self,
        index: usize,
        start: usize,
        len: usize,
        exclusive: bool,
    ) -> std::result::Result<(), Thrown> {
        if len == 0 {
            return Ok(());
        }
        let span = Span {
            start,
            end: start + len,
        };
        // A mutable slice overlaps nothing; a shared one overlaps no mutable one.
        let rivals = if exclusive {
            &self.taken
        } else {
            &self.exclusive
        };
        if self.overlaps(rivals.get(), span) {
            return Err(Thrown::argument(
                index,
                "memory that no other argument uses",
            ));
        }
        let bit = 1 << index;
        self.spans[index].set(MaybeUninit::new(span));
        self.taken.set(self.taken.get() | bit);
        if exclusive {
            self.exclusive.set(self.exclusive.get() | bit);
        }
        Ok(())
    }

    #[inline]
    fn overlaps(&self, mut rivals: u16, span: Span) -> bool {
        while rivals != 0 {
            let index = rivals.trailing_zeros() as usize;
            // SAFETY: a slot's bit is set only after the slot was written, in `add`.
            let rival = unsafe { self.spans[index].get().assume_init() };
            if rival.start < span.end && span.start < rival.end {
                return true;
            }
            rivals &= rivals - 1;
        }
        false
    }
}
