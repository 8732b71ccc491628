//! Which series are looked at.

use regex_syntax::escape;

use crate::live::trouble::Trouble;
use crate::promql::quote;

/// Which series are looked at: those that fit both.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Those whose `job` this regular expression matches, whole.
    pub job: Option<String>,
    /// Those whose name this regular expression matches, whole.
    pub select: Option<String>,
}

impl Selection {
    /// The matchers of a selector, with one for the name.
    pub(super) fn fits(&self, name: Option<&str>) -> Option<String> {
        let mut parts: Vec<String> = name.map(str::to_owned).into_iter().collect();
        if let Some(select) = &self.select
            && name.is_none()
        {
            parts.push(format!("__name__=~{}", quote(select)));
        }
        parts.extend(self.job.as_ref().map(|job| format!("job=~{}", quote(job))));
        if parts.is_empty() { None } else { Some(format!("{{{}}}", parts.join(","))) }
    }
    /// A selector of these names.
    pub(super) fn of(&self, names: &[&str]) -> String {
        let name = match names {
            [one] => format!("__name__={}", quote(one)),
            many => {
                let list: Vec<String> = many.iter().map(|name| escape(name)).collect();
                format!("__name__=~{}", quote(&list.join("|")))
            }
        };
        self.fits(Some(&name)).unwrap_or_default()
    }
    /// A selection whose regular expressions can be read.
    pub fn checked(self) -> Result<Self, Trouble> {
        for (option, pattern) in [("--job", &self.job), ("--select", &self.select)] {
            let Some(pattern) = pattern else { continue };
            if regex::Regex::new(&format!("^(?:{pattern})$")).is_err() {
                return Err(Trouble::given(format!("`{option}` is not a regular expression"))
                    .help("it matches a whole name, such as `checkout|payments` or `http_.*`"));
            }
        }
        Ok(self)
    }
    pub(super) fn has_job(&self, job: &str) -> bool {
        let Some(pattern) = &self.job else { return true };
        regex::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(job))
    }
}
