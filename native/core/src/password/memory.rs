//! The work area of argon2id, kept between hashes: getting 19 MiB from the system and touching every
//! page anew costs a good part of a hash.

use std::sync::Mutex;

use argon2::Block;
use zeroize::Zeroize;

/// Areas kept at most, which bounds what idles: four hashes run at once, seldom more.
const KEPT: usize = 4;
/// Areas larger than this (in 1 KiB blocks) are given back to the system.
const KEPT_MAX_BLOCKS: usize = 64 * 1024;

static AREAS: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Runs `work` with `blocks` blocks, zeroised afterwards.
pub fn with<T>(blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
    let mut area = take();
    if area.len() < blocks {
        area.resize(blocks, Block::default());
    }
    let result = work(&mut area[..blocks]);
    area[..blocks].iter_mut().for_each(Zeroize::zeroize);
    put(area);
    result
}

fn take() -> Vec<Block> {
    AREAS
        .lock()
        .map_or_else(|_| Vec::new(), |mut areas| areas.pop().unwrap_or_default())
}

fn put(area: Vec<Block>) {
    if area.len() > KEPT_MAX_BLOCKS {
        return;
    }
    if let Ok(mut areas) = AREAS.lock()
        && areas.len() < KEPT
    {
        areas.push(area);
    }
}
