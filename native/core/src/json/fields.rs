//! The fields that rules name, as a trie over the keys that lead to them.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

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
    merged: Merged,
}

/// What the walk reads; empty where there would be too much.
#[derive(Default)]
struct Merged {
    /// By [`NodeId`].
    nodes: Vec<Node>,
    tables: Vec<Table>,
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
    table: u32,
    slots: Box<[u16]>,
}

/// Where keys lead from some ways. Ways at their end lead nowhere, so that nodes which differ by such ones
/// share a table: each field of a container with a `*` beside it would have a copy of all its fields.
struct Table {
    children: KeyTable,
    /// For keys that are not named.
    any: NodeId,
}

const MAX_NODES: usize = 1 << 16;
const MAX_KEYS: usize = 1 << 18;

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
        let merged = Merging::new(&ways).run().unwrap_or_default();
        Self { ways, merged }
    }

    /// Whether the walk can collect values.
    pub(super) fn is_walked(&self) -> bool {
        !self.merged.nodes.is_empty()
    }

    pub(super) fn node_count(&self) -> usize {
        self.merged.nodes.len()
    }

    /// The node for the key at `line[start..end]`.
    #[inline]
    pub(super) fn child(&self, node: NodeId, line: &[u8], start: usize, end: usize) -> NodeId {
        let Some(node) = self.merged.nodes.get(node as usize) else {
            return NOWHERE;
        };
        let table = &self.merged.tables[node.table as usize];
        table.children.get(line, start, end).unwrap_or(table.any)
    }

    #[inline]
    pub(super) fn slots(&self, node: NodeId) -> &[u16] {
        self.merged
            .nodes
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

/// Puts ways together.
struct Merging<'w> {
    ways: &'w [Way],
    merged: Merged,
    nodes: HashMap<Vec<usize>, NodeId>,
    tables: HashMap<Vec<usize>, u32>,
    /// The ways of tables that are yet to be made, in their order.
    sets: Vec<Vec<usize>>,
}

impl<'w> Merging<'w> {
    fn new(ways: &'w [Way]) -> Self {
        Self {
            ways,
            merged: Merged::default(),
            nodes: HashMap::new(),
            tables: HashMap::new(),
            sets: Vec::new(),
        }
    }

    /// `None` where it would become too much.
    fn run(mut self) -> Option<Merged> {
        self.node(vec![0]);
        let mut keys = 0;
        while let Some(set) = self.sets.get(self.merged.tables.len()).cloned() {
            let any: Vec<usize> = set.iter().filter_map(|&way| self.ways[way].any).collect();
            let mut named: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
            for &way in &set {
                for (key, &child) in &self.ways[way].children {
                    named.entry(key).or_default().push(child);
                }
            }
            keys += named.len();
            let mut children = KeyTable::default();
            for (key, mut reached) in named {
                reached.extend(&any);
                children.insert(key, self.node(reached));
            }
            let any = if any.is_empty() {
                NOWHERE
            } else {
                self.node(any)
            };
            self.merged.tables.push(Table { children, any });
            if self.merged.nodes.len() > MAX_NODES || keys > MAX_KEYS {
                return None;
            }
        }
        Some(self.merged)
    }

    fn node(&mut self, mut set: Vec<usize>) -> NodeId {
        set.sort_unstable();
        if let Some(&known) = self.nodes.get(&set) {
            return known;
        }
        let onward = |&way: &usize| {
            let Way { children, any, .. } = &self.ways[way];
            !children.is_empty() || any.is_some()
        };
        let leading: Vec<usize> = set.iter().copied().filter(onward).collect();
        let slots: BTreeSet<u16> = set
            .iter()
            .flat_map(|&way| self.ways[way].slots.iter().copied())
            .collect();
        let table = *self.tables.entry(leading).or_insert_with_key(|leading| {
            self.sets.push(leading.clone());
            self.sets.len() as u32 - 1
        });
        let number = self.merged.nodes.len() as NodeId;
        self.merged.nodes.push(Node {
            table,
            slots: slots.into_iter().collect(),
        });
        self.nodes.insert(set, number);
        number
    }
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
    fn fields_beside_a_star_share_its_table() {
        let count = if cfg!(miri) { 20 } else { 1000 };
        let names: Vec<String> = (0..count).map(|number| format!("name{number}")).collect();
        let paths = names
            .iter()
            .zip(0..)
            .flat_map(|(name, slot)| [(vec!["d", name], slot), (vec!["d", "*", name], slot)]);
        let trie = FieldTrie::new(paths);
        assert_eq!(slots(&trie, "d.name7.name9"), [9]);
        assert_eq!(slots(&trie, "d.other.name9"), [9]);
        assert!(trie.merged.tables.len() < 6);
    }

    #[test]
    #[cfg_attr(miri, ignore = "sixty thousand places take it too long")]
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
