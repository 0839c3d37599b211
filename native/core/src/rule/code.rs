//! Boolean code in prefix order (`src/rule/program.ts`, `opcode`).

const PREDICATE: u32 = 0;
const NOT: u32 = 1;
const AND: u32 = 2;
const OR: u32 = 3;
const AT_LEAST: u32 = 4;

const MAX_DEPTH: usize = 512;

/// Evaluates one expression from `at`; gives its value and where the next one starts.
///
/// The code must have passed [`check`].
pub fn evaluate(code: &[u32], at: usize, holds: &mut impl FnMut(u32) -> bool) -> (bool, usize) {
    match code[at] {
        PREDICATE => (holds(code[at + 1]), at + 2),
        NOT => {
            let (value, end) = evaluate(code, at + 1, holds);
            (!value, end)
        }
        AT_LEAST => {
            let end = at + 4 + code[at + 3] as usize;
            let (mut wanted, mut next) = (code[at + 1], at + 4);
            while wanted > 0 && next < end {
                let (value, after) = evaluate(code, next, holds);
                wanted -= u32::from(value);
                next = after;
            }
            (wanted == 0, end)
        }
        operator => {
            let end = at + 3 + code[at + 2] as usize;
            let decides = operator == OR;
            let mut next = at + 3;
            while next < end {
                let (value, after) = evaluate(code, next, holds);
                if value == decides {
                    return (decides, end);
                }
                next = after;
            }
            (!decides, end)
        }
    }
}

/// Whether the code is one whole expression over predicates below `count`.
pub fn check(code: &[u32], count: usize) -> bool {
    expression(code, 0, count, 0) == Some(code.len())
}

fn expression(code: &[u32], at: usize, count: usize, depth: usize) -> Option<usize> {
    if depth > MAX_DEPTH {
        return None;
    }
    match *code.get(at)? {
        PREDICATE => ((*code.get(at + 1)? as usize) < count).then_some(at + 2),
        NOT => expression(code, at + 1, count, depth + 1),
        operator @ (AND | OR | AT_LEAST) => {
            let head = at + if operator == AT_LEAST { 4 } else { 3 };
            let operands = *code.get(head - 2)?;
            let end = head.checked_add(*code.get(head - 1)? as usize)?;
            let mut next = head;
            for _ in 0..operands {
                next = expression(code, next, count, depth + 1)?;
            }
            (operands > 0 && next == end).then_some(end)
        }
        _ => None,
    }
}

/// Calls `visit` with the place of each predicate in checked code.
pub fn predicates(code: &mut [u32], mut visit: impl FnMut(&mut u32)) {
    let mut at = 0;
    while at < code.len() {
        at += match code[at] {
            PREDICATE => {
                visit(&mut code[at + 1]);
                2
            }
            NOT => 1,
            AT_LEAST => 4,
            _ => 3,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_code_is_refused() {
        assert!(check(&[PREDICATE, 0], 1));
        assert!(check(&[AND, 2, 5, PREDICATE, 0, NOT, PREDICATE, 1], 2));
        for broken in [
            &[][..],
            &[PREDICATE],
            &[PREDICATE, 1],
            &[9],
            &[AND, 0, 0],
            &[AND, 2, 4, PREDICATE, 0],
            &[PREDICATE, 0, PREDICATE, 0],
            &[OR, 1, u32::MAX, PREDICATE, 0],
        ] {
            assert!(!check(broken, 1), "{broken:?}");
        }
    }

    #[test]
    fn at_least_counts() {
        let code = [AT_LEAST, 2, 3, 6, PREDICATE, 0, PREDICATE, 1, PREDICATE, 2];
        assert!(check(&code, 3));
        assert!(evaluate(&code, 0, &mut |id| id != 1).0);
        assert!(!evaluate(&code, 0, &mut |id| id == 1).0);
    }
}
