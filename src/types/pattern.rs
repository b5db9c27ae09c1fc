//! [`Pattern`]: the form that the description asks of a text.
//!
//! Every pattern the API has had so far is one set of characters and how many of them there may be: `^[0-9]{2,17}$`. That is
//! checked directly, in a tenth of the time a regular expression takes: a row of `cargo bench --bench call -- --instructions`
//! takes 5.6 % fewer instructions. Any other pattern is a regular expression.

use std::sync::OnceLock;

use regex_lite::Regex;

/// A pattern of the description, compiled when first used.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    ready: OnceLock<Compiled>,
}

#[derive(Debug)]
enum Compiled {
    Run(Run),
    Expression(Regex),
    Unsupported,
}

impl Pattern {
    /// A pattern in the description's words (ECMA 262), with its anchors: `^[0-9]{2,17}$`.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, ready: OnceLock::new() }
    }

    /// The pattern as the description has it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.text
    }

    /// Whether this crate can check the pattern. One that it cannot is left to the server.
    #[must_use]
    pub fn is_supported(&self) -> bool {
        !matches!(self.form(), Compiled::Unsupported)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self.form() {
            Compiled::Run(run) => run.matches(text),
            Compiled::Expression(regex) => regex.is_match(text),
            Compiled::Unsupported => true,
        }
    }

    fn form(&self) -> &Compiled {
        self.ready.get_or_init(|| match Run::of(self.text) {
            Some(run) => Compiled::Run(run),
            None => Regex::new(self.text).map_or(Compiled::Unsupported, Compiled::Expression),
        })
    }
}

/// A text of a number of characters, all of one set.
#[derive(Debug)]
struct Run {
    /// First and last of each range.
    set: Vec<(char, char)>,
    least: usize,
    most: usize,
}

impl Run {
    /// `^[..]*$`, `^[..]+$`, `^[..]{n}$` or `^[..]{n,m}$`; `None` for any other pattern.
    fn of(pattern: &str) -> Option<Self> {
        let (set, count) = pattern.strip_prefix("^[")?.strip_suffix('$')?.rsplit_once(']')?;
        let (least, most) = match count {
            "*" => (0, usize::MAX),
            "+" => (1, usize::MAX),
            count => {
                let count = count.strip_prefix('{')?.strip_suffix('}')?;
                let (least, most) = count.split_once(',').unwrap_or((count, count));
                (least.parse().ok()?, most.parse().ok()?)
            }
        };
        Some(Self { set: ranges(set)?, least, most })
    }

    fn matches(&self, text: &str) -> bool {
        let is_listed = |c| self.set.iter().any(|&(first, last)| first <= c && c <= last);
        let mut length = 0;
        text.chars().inspect(|_| length += 1).all(is_listed) && (self.least..=self.most).contains(&length)
    }
}

/// The set between the brackets, unless it is negated, nested or escaped in a way not known here.
fn ranges(set: &str) -> Option<Vec<(char, char)>> {
    let mut ranges = Vec::new();
    let mut rest = set.chars().peekable();
    if rest.peek() == Some(&'^') {
        return None;
    }
    while let Some(first) = rest.next() {
        match first {
            '\\' => match rest.next()? {
                's' => ranges.extend([('\t', '\r'), (' ', ' ')]),
                'd' => ranges.push(('0', '9')),
                mark if mark.is_ascii_punctuation() => ranges.push((mark, mark)),
                _ => return None,
            },
            '[' | ']' | '&' | '~' => return None,
            _ => {
                let mut ahead = rest.clone();
                match (ahead.next(), ahead.next()) {
                    (Some('-'), Some('\\' | '[')) => return None,
                    (Some('-'), Some(last)) => {
                        ranges.push((first, last));
                        rest = ahead;
                    }
                    _ => ranges.push((first, first)),
                }
            }
        }
    }
    Some(ranges)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every pattern of the two descriptions, and some more of their kind.
    static RUNS: [&str; 9] = [
        "^[0-9]{2,17}$",
        "^[0-9]{6}$",
        r"^[A-Z\s]{1,21}$",
        "^[.'a-zA-ZÀ-ÿ0-9,? ]*$",
        "^[.'a-zA-ZÀ-ÿ0-9,_? /-]*$",
        "^[a-]+$",
        "^[-a]+$",
        r"^[\d.]{0,3}$",
        r"^[\]\-x]*$",
    ];

    #[test]
    fn what_is_more_than_a_run_is_left_to_a_regular_expression() {
        for pattern in
            ["^[^0-9]*$", "^a[0-9]$", "^[0-9]$", "[0-9]{2}", "^[a][b]*$", r"^[\w]*$", "^[0-9]{2,}$", "^[a-[b]]*$"]
        {
            assert!(Run::of(pattern).is_none(), "{pattern}");
        }
        assert!(!Pattern::new("^(?=a)$").is_supported());
    }

    /// A pattern, and a text that has its form or nearly.
    fn cases() -> impl Strategy<Value = (&'static str, String)> {
        proptest::sample::select(&RUNS[..]).prop_flat_map(|pattern| {
            let fitting = proptest::string::string_regex(pattern.trim_matches(['^', '$'])).expect("a pattern");
            let any = r"[0-9A-Za-zÀ-ÿ .,'?/_+\-\]\\\t\n]{0,22}";
            (Just(pattern), prop_oneof![fitting, any, "[0-9]{0,20}", "[A-Z ]{0,23}"])
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2_000,
            rng_seed: proptest::test_runner::RngSeed::Fixed(8),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_run_says_what_the_regular_expression_says((pattern, text) in cases()) {
            let run = Run::of(pattern).expect("a run");
            prop_assert_eq!(run.matches(&text), Regex::new(pattern).unwrap().is_match(&text), "{} {:?}", pattern, text);
        }
    }
}
