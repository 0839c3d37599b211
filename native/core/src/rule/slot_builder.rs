//! Predicates of one field on their way into a [`SlotMatcher`].

use hashbrown::HashMap;

use super::anchored::{Anchored, Side, Table};
use super::check::Check;
use super::fold::fold;
use super::glob::Glob;
use super::literals::LiteralSet;
use super::program::{Position, Test};
use super::slot::{Action, Actions, Size, SlotMatcher};

#[derive(Default)]
pub struct SlotBuilder {
    present: Vec<u32>,
    null: Vec<u32>,
    equals: Table<Actions>,
    starts: Table<Actions>,
    ends: Table<Actions>,
    anywhere: HashMap<Vec<u8>, Actions>,
    always: Actions,
    checks: Vec<Check>,
}

impl SlotBuilder {
    /// Adds a predicate; gives the reason where it cannot be compiled.
    pub fn add(&mut self, predicate: u32, test: &Test) -> Result<(), String> {
        match test {
            Test::Present => self.present.push(predicate),
            Test::Null => self.null.push(predicate),
            Test::Text { patterns } => {
                for (kind, cased, text) in patterns {
                    self.add_pattern(predicate, *kind, *cased == 1, text.as_bytes());
                }
            }
            Test::Regex {
                source,
                flags,
                literals,
            } => {
                let check = self.check(Check::regex(source, flags)?);
                let action = Action { predicate, check };
                match literals {
                    Some(literals) => {
                        for literal in literals {
                            self.add_anywhere(fold(literal.as_bytes()), action);
                        }
                    }
                    None => self.always.push(action),
                }
            }
            Test::Cidr { networks } => self.add_always(predicate, Check::networks(networks)?),
            Test::Number { comparison, value } => self.add_always(
                predicate,
                Check::Number {
                    comparison: *comparison,
                    value: *value,
                },
            ),
            Test::Time {
                part,
                comparison,
                value,
            } => self.add_always(
                predicate,
                Check::Time {
                    part: *part,
                    comparison: *comparison,
                    value: *value,
                },
            ),
            Test::Field { .. } => {}
        }
        Ok(())
    }

    fn add_pattern(&mut self, predicate: u32, kind: u8, cased: bool, text: &[u8]) {
        let folded = fold(text);
        let Some(position) = Position::of(kind) else {
            let glob = Glob::new(if cased { text } else { &folded }, cased);
            let literal = glob.literal();
            let check = self.check(Check::Glob(glob));
            let action = Action { predicate, check };
            if literal.is_empty() {
                self.always.push(action);
            } else {
                self.add_anywhere(literal, action);
            }
            return;
        };
        let check = if cased {
            self.check(Check::Cased {
                position,
                text: text.to_vec(),
            })
        } else {
            None
        };
        let action = Action { predicate, check };
        let table = match position {
            Position::Equals => &mut self.equals,
            Position::Starts => &mut self.starts,
            Position::Ends => &mut self.ends,
            Position::Contains => return self.add_anywhere(folded, action),
        };
        table.entry(folded.into()).or_default().push(action);
    }

    fn add_anywhere(&mut self, folded: Vec<u8>, action: Action) {
        self.anywhere.entry(folded).or_default().push(action);
    }

    fn add_always(&mut self, predicate: u32, check: Check) {
        let check = self.check(check);
        self.always.push(Action { predicate, check });
    }

    fn check(&mut self, check: Check) -> Option<u32> {
        self.checks.push(check);
        Some(self.checks.len() as u32 - 1)
    }

    /// The literals of which one stands in every value that a predicate holds for; `None` where a
    /// predicate may hold without.
    pub fn literals(&self) -> Option<Vec<Vec<u8>>> {
        let only_texts = self.always.is_empty() && self.present.is_empty() && self.null.is_empty();
        let anchored = [&self.equals, &self.starts, &self.ends]
            .into_iter()
            .flat_map(|table| table.keys().map(|key| key.to_vec()));
        only_texts.then(|| self.anywhere.keys().cloned().chain(anchored).collect())
    }

    /// `wakes` tells whether a predicate is a witness.
    pub fn build(self, wakes: impl Fn(u32) -> bool, size: Size) -> Result<SlotMatcher, String> {
        // In the order of the alphabet, so that the same rules give the same searches in every process.
        let mut anywhere: Vec<_> = self.anywhere.into_iter().collect();
        anywhere.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        let (literals, anywhere_actions): (Vec<_>, Vec<_>) = anywhere.into_iter().unzip();
        Ok(SlotMatcher {
            present_wakes: self.present.iter().any(|&predicate| wakes(predicate)),
            present: self.present,
            null: self.null,
            equals: self.equals,
            starts: Anchored::new(Side::Start, self.starts),
            ends: Anchored::new(Side::End, self.ends),
            anywhere: LiteralSet::new(&literals, size)?,
            anywhere_actions,
            always: self.always,
            checks: self.checks,
        })
    }
}

impl Test {
    /// Gives the reason where a class that asks this could not be built.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Regex { .. } | Self::Cidr { .. } => SlotBuilder::default().add(0, self),
            _ => Ok(()),
        }
    }
}
