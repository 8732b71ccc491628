//! How far each course may be from the truth, from a file: relative errors by engine and course.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::judge::Figures;

/// By kind of engine, course and figure.
pub struct Limits(BTreeMap<String, BTreeMap<String, BTreeMap<String, f64>>>);

/// The errors of a course, by name.
pub fn errors(figures: &Figures) -> Vec<(&'static str, f64)> {
    let mut list = vec![
        ("events", figures.events - 1.0),
        ("bad", figures.bad - 1.0),
        ("ratio", figures.ratio - 1.0),
        ("NaN", figures.samples.1 as f64),
    ];
    list.extend(figures.windows.iter().copied());
    list.extend(figures.left.map(|(truth, said)| ("left", said - truth)));
    list
}

impl Limits {
    /// Of a file.
    pub fn read(path: &str) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
        serde_yaml::from_str(&text).map(Self).map_err(|e| format!("{path}: {e}"))
    }
    /// What is outside, in words.
    pub fn outside(&self, engine: &str, course: &str, figures: &Figures) -> Vec<String> {
        let Some(limits) = self.0.get(engine).and_then(|e| e.get(course)) else {
            return vec![format!("{engine} {course}: no limits are written for it")];
        };
        let mut found = Vec::new();
        for (name, error) in errors(figures) {
            match limits.get(name) {
                // Not a number is outside as well.
                Some(limit) if error.abs() <= *limit => {}
                Some(limit) => {
                    found.push(format!("{engine} {course}: {name} is off by {error:+.5}, allowed {limit}"));
                }
                None if name == "NaN" && error == 0.0 => {}
                None => found.push(format!("{engine} {course}: no limit is written for {name}")),
            }
        }
        found
    }
}

/// A line of such a file, from what was measured: each error, up to a tenth of a percent more.
pub fn line(course: &str, figures: &Figures) -> String {
    let mut out = format!("  {course}: {{");
    for (at, (name, error)) in errors(figures).into_iter().filter(|e| e.0 != "NaN" || e.1 > 0.0).enumerate() {
        let limit = ((error.abs() + 0.0005) * 1000.0).ceil() / 1000.0;
        let _ = write!(out, "{}{name}: {limit}", if at == 0 { "" } else { ", " });
    }
    out + "}"
}
