//! The fields that rules name, as a trie over the keys that lead to them.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::KeyTable;

/// A place in the trie as the walk reads it.
pub type NodeId = u32;

/// Nothing below here is wanted.
pub(super) const NOWHERE: NodeId = u32::MAX;
pub(super) const ROOT: NodeId = 0;

/// Leads from key paths to slots.
///
/// Where a key is named and `*` stands beside it, a member goes both ways. For the walk the ways are put
/// together beforehand, so that it is in one place at a time; programs in which there would be too many such
/// places are read by way of the tree.
pub struct FieldTrie {
    ways: Vec<Way>,
    /// By [`NodeId`]; empty where there would be too many.
    nodes: Vec<Node>,
}

/// One place of the paths as they were given.
#[derive(Default)]
struct Way {
    children: BTreeMap<Box<[u8]>, usize>,
    /// For any key, the named ones among them.
    any: Option<usize>,
    slots: BTreeSet<u16>,
}

/// All the ways that one key path leads along.
struct Node {
    children: KeyTable,
    /// For keys that are not named.
    any: NodeId,
    slots: Box<[u16]>,
}

const MAX_NODES: usize = 1 << 16;

impl FieldTrie {
    /// Builds the trie of paths and their slots; `*` stands for any one key.
    pub fn new<'p, P: IntoIterator<Item = &'p str>>(
        paths: impl IntoIterator<Item = (P, u16)>,
    ) -> Self {
        let mut ways = vec![Way::default()];
        for (path, slot) in paths {
            let mut at = 0;
            for key in path {
                let next = ways.len();
                let child = match key {
                    "*" => *ways[at].any.get_or_insert(next),
                    _ => *ways[at]
                        .children
                        .entry(key.as_bytes().into())
                        .or_insert(next),
                };
                if child == next {
                    ways.push(Way::default());
                }
                at = child;
            }
            ways[at].slots.insert(slot);
        }
        let nodes = merged(&ways).unwrap_or_default();
        Self { ways, nodes }
    }

    /// Whether the walk can collect values.
    pub(super) fn is_walked(&self) -> bool {
        !self.nodes.is_empty()
    }

    pub(super) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The node for the key at `line[start..end]`.
    #[inline]
    pub(super) fn child(&self, node: NodeId, line: &[u8], start: usize, end: usize) -> NodeId {
        let Some(node) = self.nodes.get(node as usize) else {
            return NOWHERE;
        };
        node.children.get(line, start, end).unwrap_or(node.any)
    }

    #[inline]
    pub(super) fn slots(&self, node: NodeId) -> &[u16] {
        self.nodes
            .get(node as usize)
            .map_or(&[], |node| &node.slots)
    }

    /// The ways onward for a key, where the walk does not go.
    pub(super) fn onward(&self, ways: &[usize], key: &[u8]) -> Vec<usize> {
        let onward = |&way: &usize| {
            let way = &self.ways[way];
            way.children.get(key).copied().into_iter().chain(way.any)
        };
        ways.iter().flat_map(onward).collect()
    }

    pub(super) fn slots_of(&self, ways: &[usize]) -> BTreeSet<u16> {
        ways.iter()
            .flat_map(|&way| self.ways[way].slots.iter().copied())
            .collect()
    }
}

/// Puts ways together; `None` where that makes too many nodes.
fn merged(ways: &[Way]) -> Option<Vec<Node>> {
    let mut known: BTreeMap<Vec<usize>, NodeId> = BTreeMap::from([(vec![0], ROOT)]);
    let mut sets = vec![vec![0]];
    let mut nodes = Vec::new();
    let mut number = |set: Vec<usize>, sets: &mut Vec<Vec<usize>>| {
        *known.entry(set).or_insert_with_key(|set| {
            sets.push(set.clone());
            sets.len() as NodeId - 1
        })
    };
    while nodes.len() < sets.len() {
        let set = sets[nodes.len()].clone();
        let any: Vec<usize> = set.iter().filter_map(|&way| ways[way].any).collect();
        let mut named: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for &way in &set {
            for (key, &child) in &ways[way].children {
                named.entry(key).or_default().push(child);
            }
        }
        let mut children = KeyTable::default();
        for (key, mut reached) in named {
            reached.extend(&any);
            reached.sort_unstable();
            children.insert(key, number(reached, &mut sets));
            if sets.len() > MAX_NODES {
                return None;
            }
        }
        nodes.push(Node {
            children,
            any: if any.is_empty() {
                NOWHERE
            } else {
                number(any, &mut sets)
            },
            slots: set
                .iter()
                .flat_map(|&way| ways[way].slots.iter().copied())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        });
    }
    Some(nodes)
}

#[cfg(test)]
mod tests {
    use super::{FieldTrie, NOWHERE, ROOT};

    fn slots(trie: &FieldTrie, path: &str) -> Vec<u16> {
        let (mut node, mut ways) = (ROOT, vec![0]);
        for key in path.split('.') {
            node = trie.child(node, key.as_bytes(), 0, key.len());
            ways = trie.onward(&ways, key.as_bytes());
        }
        let found = if node == NOWHERE {
            &[]
        } else {
            trie.slots(node)
        };
        let careful: Vec<u16> = trie.slots_of(&ways).into_iter().collect();
        assert!(!trie.is_walked() || found == careful, "{path}");
        careful
    }

    #[test]
    fn a_named_key_does_not_hide_the_star_beside_it() {
        let paths = ["a.*.x", "a.b", "a.b.y", "*.b.z", "a.*"];
        let trie = FieldTrie::new(
            paths
                .iter()
                .zip(0..)
                .map(|(path, slot)| (path.split('.'), slot)),
        );
        assert_eq!(slots(&trie, "a.b"), [1, 4]);
        assert_eq!(slots(&trie, "a.b.x"), [0]);
        assert_eq!(slots(&trie, "a.b.y"), [2]);
        assert_eq!(slots(&trie, "a.b.z"), [3]);
        assert_eq!(slots(&trie, "a.c.x"), [0]);
        assert_eq!(slots(&trie, "c.b.z"), [3]);
        assert!(slots(&trie, "c.b.x").is_empty());
    }

    #[test]
    fn too_many_places_are_left_to_the_tree() {
        // Which of twenty keys was `a` is told apart at the end: a million places.
        let paths: Vec<Vec<&str>> = (0..20)
            .map(|at| {
                (0..20)
                    .map(|key| if key == at { "a" } else { "*" })
                    .collect()
            })
            .collect();
        let trie = FieldTrie::new(
            paths
                .iter()
                .zip(0..)
                .map(|(path, slot)| (path.iter().copied(), slot)),
        );
        assert!(!trie.is_walked());
        assert_eq!(slots(&trie, &vec!["a"; 20].join(".")).len(), 20);
    }
}
