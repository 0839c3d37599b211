//! The fields that rules name, as a trie over the keys that lead to them.

use std::hash::{BuildHasherDefault, Hasher};

use hashbrown::HashMap;

/// A place in the trie.
pub type NodeId = u32;

/// Nothing below here is wanted.
pub(super) const NOWHERE: NodeId = u32::MAX;
pub(super) const ROOT: NodeId = 0;

#[derive(Default)]
struct Node {
    children: HashMap<Box<[u8]>, NodeId, BuildHasherDefault<KeyHasher>>,
    /// The child for keys of any other name.
    any: Option<NodeId>,
    slots: Vec<u16>,
}

/// Hashes keys by their length and both ends. The table holds the keys that rules name and nothing else,
/// so that no event can fill it with collisions.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let ends = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => {
                u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29)
            }
            _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
                (Some(first), Some(last)) => {
                    u64::from(u32::from_le_bytes(*first))
                        | u64::from(u32::from_le_bytes(*last)) << 32
                }
                _ => bytes
                    .iter()
                    .fold(0, |word, &byte| word << 8 | u64::from(byte)),
            },
        };
        self.0 = (self.0 ^ ends).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    #[inline]
    fn write_usize(&mut self, length: usize) {
        self.0 ^= (length as u64) << 7;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// Leads from key paths to slots.
pub struct FieldTrie {
    nodes: Vec<Node>,
}

impl Default for FieldTrie {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
        }
    }
}

impl FieldTrie {
    /// Adds a path; `*` stands for any one key.
    pub fn insert<'p>(&mut self, path: impl IntoIterator<Item = &'p str>, slot: u16) {
        let mut at = ROOT as usize;
        for key in path {
            let next = self.nodes.len() as NodeId;
            let node = &mut self.nodes[at];
            let child = if key == "*" {
                *node.any.get_or_insert(next)
            } else {
                *node.children.entry(key.as_bytes().into()).or_insert(next)
            };
            if child == next {
                self.nodes.push(Node::default());
            }
            at = child as usize;
        }
        let slots = &mut self.nodes[at].slots;
        if !slots.contains(&slot) {
            slots.push(slot);
        }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    #[inline]
    pub(super) fn child(&self, node: NodeId, key: &[u8]) -> NodeId {
        let Some(node) = self.nodes.get(node as usize) else {
            return NOWHERE;
        };
        match node.children.get(key) {
            Some(&child) => child,
            None => node.any.unwrap_or(NOWHERE),
        }
    }

    #[inline]
    pub(super) fn slots(&self, node: NodeId) -> &[u16] {
        self.nodes
            .get(node as usize)
            .map_or(&[], |node| &node.slots)
    }
}
