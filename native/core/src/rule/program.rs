//! The rule program as it crosses the boundary (`src/rule/program.ts` says what it means).

use serde::Deserialize;

pub const FORMAT: u32 = 1;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    pub format: u32,
    pub slots: Vec<Slot>,
    pub predicates: Vec<Predicate>,
    pub rules: Vec<Rule>,
    pub recognisers: Vec<Recogniser>,
    pub logsources: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
pub struct Slot {
    pub paths: Vec<Vec<String>>,
}

#[derive(Deserialize)]
pub struct Predicate {
    pub slot: u16,
    #[serde(flatten)]
    pub test: Test,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Test {
    Text {
        patterns: Vec<(u8, u8, String)>,
    },
    Regex {
        source: String,
        flags: String,
        literals: Option<Vec<String>>,
    },
    Cidr {
        networks: Vec<String>,
    },
    Number {
        comparison: Comparison,
        value: f64,
    },
    Time {
        part: Part,
        comparison: Comparison,
        value: f64,
    },
    Present,
    Null,
    Field {
        other: u16,
        relation: u8,
        cased: u8,
    },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Comparison {
    Eq,
    Lt,
    Lte,
    Gt,
    Gte,
}

impl Comparison {
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Eq => left == right,
            Self::Lt => left < right,
            Self::Lte => left <= right,
            Self::Gt => left > right,
            Self::Gte => left >= right,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Deserialize)]
pub struct Rule {
    pub code: Vec<u32>,
    pub witnesses: Option<Vec<u32>>,
    pub logsource: u32,
}

#[derive(Deserialize)]
pub struct Recogniser {
    pub code: Vec<u32>,
    pub gives: Vec<u32>,
}

/// How a text pattern sits in a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Position {
    Equals,
    Starts,
    Ends,
    Contains,
}

impl Position {
    pub fn of(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Equals),
            1 => Some(Self::Starts),
            2 => Some(Self::Ends),
            3 => Some(Self::Contains),
            _ => None,
        }
    }

    pub fn holds(self, value: &[u8], pattern: &[u8]) -> bool {
        match self {
            Self::Equals => value == pattern,
            Self::Starts => value.starts_with(pattern),
            Self::Ends => value.ends_with(pattern),
            Self::Contains => memchr::memmem::find(value, pattern).is_some(),
        }
    }
}
