//! Where keys live: JavaScript holds a number, so that no value that it could make up is a pointer.
//!
//! A slot belongs to the thread that made it, as its JavaScript environment does.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::thread::LocalKey;

use crate::raw::{Call, Function, Outcome, Thrown};

const INDEX_BITS: u32 = 20;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const GENERATION_MASK: u32 = u32::MAX >> INDEX_BITS;

/// What is kept in a table of its own type, one for each thread.
pub trait Slotted: Sized + 'static {
    fn table() -> &'static LocalKey<RefCell<Slots<Self>>>;
}

/// Gives each type its table.
macro_rules! slotted {
    ($($type:ty),+) => {$(
        impl $crate::crypto::slots::Slotted for $type {
            fn table() -> &'static std::thread::LocalKey<
                std::cell::RefCell<$crate::crypto::slots::Slots<Self>>,
            > {
                thread_local! {
                    static TABLE: std::cell::RefCell<$crate::crypto::slots::Slots<$type>> =
                        const { std::cell::RefCell::new($crate::crypto::slots::Slots::new()) };
                }
                &TABLE
            }
        }
    )+};
}
pub(super) use slotted;

/// Keeps `value` and gives its number to JavaScript.
pub fn give<T: Slotted>(call: &Call, value: T) -> Outcome {
    call.give_u32(T::table().with_borrow_mut(|slots| slots.insert(value))?)
}

/// Runs `work` on the value under `handle`.
#[inline]
pub fn with<T: Slotted, R>(
    handle: u32,
    work: impl FnOnce(&mut T) -> Result<R, Thrown>,
) -> Result<R, Thrown> {
    T::table().with_borrow_mut(|slots| work(slots.get(handle)?))
}

/// `(handle)`: drops the value, which zeroises it.
pub struct Release<T>(PhantomData<T>);

impl<T: Slotted> Function for Release<T> {
    const ARITY: usize = 1;

    fn call(call: &Call) -> Outcome {
        let handle = call.u32(0)?;
        T::table().with_borrow_mut(|slots| slots.remove(handle));
        call.undefined()
    }
}

/// Values under numbers. A number holds its slot's generation, so that one kept past the release of
/// its value does not lead to the next value in the same slot.
pub struct Slots<T> {
    entries: Vec<Entry<T>>,
    free: Vec<u32>,
}

struct Entry<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Slots<T> {
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
        }
    }

    pub fn insert(&mut self, value: T) -> Result<u32, Thrown> {
        if let Some(index) = self.free.pop() {
            let entry = &mut self.entries[index as usize];
            entry.value = Some(value);
            return Ok(index | entry.generation << INDEX_BITS);
        }
        let index = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        if index > INDEX_MASK {
            return Err(Thrown::new(
                "WOLFSEC_LIMIT_EXCEEDED",
                "more than 1048576 keys and hashes are open: dispose those that are done",
            ));
        }
        self.entries.push(Entry {
            generation: 0,
            value: Some(value),
        });
        Ok(index)
    }

    #[inline]
    pub fn get(&mut self, handle: u32) -> Result<&mut T, Thrown> {
        self.entries
            .get_mut((handle & INDEX_MASK) as usize)
            .filter(|entry| entry.generation == handle >> INDEX_BITS)
            .and_then(|entry| entry.value.as_mut())
            .ok_or_else(|| Thrown::new("WOLFSEC_DISPOSED", "the key or hash was disposed of"))
    }

    /// Drops the value, if it is still there.
    pub fn remove(&mut self, handle: u32) {
        let index = handle & INDEX_MASK;
        if let Some(entry) = self.entries.get_mut(index as usize)
            && entry.generation == handle >> INDEX_BITS
            && entry.value.take().is_some()
        {
            entry.generation = (entry.generation + 1) & GENERATION_MASK;
            self.free.push(index);
        }
    }
}
