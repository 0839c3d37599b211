//! The fields that rules name, as a trie over the keys that lead to them.

use super::keys::KeyTable;

/// A place in the trie.
pub type NodeId = u32;

/// Nothing below here is wanted.
pub(super) const NOWHERE: NodeId = u32::MAX;
pub(super) const ROOT: NodeId = 0;

#[derive(Default)]
struct Node {
    children: KeyTable,
    /// The child for keys of any other name.
    any: Option<NodeId>,
    slots: Vec<u16>,
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
                node.children.insert(key.as_bytes(), next)
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
        self.child_in(node, key, 0, key.len())
    }

    /// The child for the key at `line[start..end]`: cheaper where bytes stand behind the key.
    #[inline]
    pub(super) fn child_in(&self, node: NodeId, line: &[u8], start: usize, end: usize) -> NodeId {
        let Some(node) = self.nodes.get(node as usize) else {
            return NOWHERE;
        };
        match node.children.get(line, start, end) {
            Some(child) => child,
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
