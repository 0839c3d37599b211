//! What has to be looked at besides once a pattern's folded text was found in place.

use regex::Regex;

use super::glob::Glob;
use super::program::{Comparison, Part, Position};
use super::scalar::{Network, address, number, time_part};

pub enum Check {
    Cased {
        position: Position,
        text: Vec<u8>,
    },
    Glob(Glob),
    Regex(Regex),
    Number {
        comparison: Comparison,
        value: f64,
    },
    Time {
        part: Part,
        comparison: Comparison,
        value: f64,
    },
    Cidr(Vec<Network>),
}

const REGEX_BYTES: usize = 64 << 20;

impl Check {
    /// A regular expression in the canonical spelling.
    pub fn regex(source: &str, flags: &str) -> Result<Self, String> {
        // The canonical spelling has `\b` for the ASCII word boundary and nowhere else.
        let source = source
            .replace("\\b", "(?-u:\\b)")
            .replace("\\B", "(?-u:\\B)");
        regex::RegexBuilder::new(&source)
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .dot_matches_new_line(flags.contains('s'))
            .size_limit(REGEX_BYTES)
            .build()
            .map(Self::Regex)
            .map_err(|error| error.to_string())
    }

    pub fn networks(networks: &[String]) -> Result<Self, String> {
        networks
            .iter()
            .map(|text| Network::parse(text).ok_or_else(|| format!("{text} is not a network")))
            .collect::<Result<_, _>>()
            .map(Self::Cidr)
    }

    pub fn passes(&self, text: &[u8], folded: &[u8]) -> bool {
        match self {
            Self::Cased {
                position,
                text: pattern,
            } => position.holds(text, pattern),
            Self::Glob(glob) => glob.holds(text, folded),
            Self::Regex(regex) => std::str::from_utf8(text).is_ok_and(|text| regex.is_match(text)),
            Self::Number { comparison, value } => {
                number(text).is_some_and(|number| comparison.holds(number, *value))
            }
            Self::Time {
                part,
                comparison,
                value,
            } => time_part(text, *part).is_some_and(|number| comparison.holds(number, *value)),
            Self::Cidr(networks) => address(text)
                .is_some_and(|address| networks.iter().any(|network| network.contains(address))),
        }
    }
}
