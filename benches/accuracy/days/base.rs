//! Other expressions for rules, from a file: to try a form before it is generated.
//!
//! ```yaml
//! # Names of what is recorded, and their expressions. $T and $B are the selectors of all and of the bad events, $S the declared
//! # scrape interval, $N how far a base looks back for a present series today, $E the evaluation interval; each in seconds.
//! "promise:events:rate": $count($T) / $E
//! # A name with an argument is for use in others.
//! "$count(x)": sum(last_over_time(x[${N}s]) - last_over_time(x[30m] offset ${E}s))
//! ```

use std::collections::BTreeMap;

use crate::common::layers::Rule;
use crate::{BAD, TOTAL};

/// Expressions by name.
pub struct Base(BTreeMap<String, String>);

impl Base {
    /// Of a file.
    pub fn read(path: &str) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
        serde_yaml::from_str(&text).map(Self).map_err(|e| format!("{path}: {e}"))
    }
    /// Puts its expressions into the rules; each has to be the name of one.
    pub fn replace(&self, rules: &mut [Rule], declared: u64) {
        for (name, expr) in self.0.iter().filter(|(n, _)| !n.starts_with('$')) {
            assert!(rules.iter().any(|r| r.name == *name), "no rule records `{name}`");
            let expr = self.fill(expr, declared);
            rules.iter_mut().filter(|r| r.name == *name).for_each(|r| r.expr.clone_from(&expr));
        }
    }
    fn fill(&self, expr: &str, declared: u64) -> String {
        let mut text = expr.to_owned();
        // Each round opens the functions of functions.
        for _ in 0..4 {
            for (head, body) in self.0.iter().filter(|(n, _)| n.starts_with('$')) {
                let (name, parameter) = head.split_once('(').unwrap_or((head, ""));
                let parameter = parameter.trim_end_matches(')');
                while let Some(at) = text.find(&format!("{name}(")) {
                    let from = at + name.len() + 1;
                    let to = from + text[from..].find(')').unwrap();
                    let word = regex::Regex::new(&format!(r"\b{parameter}\b")).unwrap();
                    let argument = regex::NoExpand(text[from..to].trim());
                    let filled = word.replace_all(body, argument).into_owned();
                    text.replace_range(at..=to, &format!("({filled})"));
                }
            }
        }
        let present = (60 + declared).max(3 * declared);
        for (name, value) in [
            ("T", TOTAL.to_owned()),
            ("B", BAD.to_owned()),
            ("S", declared.to_string()),
            ("N", present.to_string()),
            ("E", "30".to_owned()),
        ] {
            text = text.replace(&format!("${{{name}}}"), &value);
            let word = regex::Regex::new(&format!(r"\${name}\b")).unwrap();
            text = word.replace_all(&text, regex::NoExpand(&value)).into_owned();
        }
        text
    }
}
