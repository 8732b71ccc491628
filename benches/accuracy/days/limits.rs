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
                Some(limit) if error.abs() <= *limit => {}
                // A course in which nothing at all is counted may stay so where its limit is 1 or more.
                Some(limit) if error.is_nan() && *limit >= 1.0 => {}
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

/// The largest errors measured, of which such a file can be made.
#[derive(Default)]
pub struct Measured(BTreeMap<String, Vec<(String, BTreeMap<&'static str, f64>)>>);

impl Measured {
    /// Takes a course of an engine in; of two engines of a kind the larger error counts.
    pub fn add(&mut self, engine: &str, course: &str, figures: &Figures) {
        let list = self.0.entry(engine.to_owned()).or_default();
        let at = list.iter().position(|c| c.0 == course).unwrap_or_else(|| {
            list.push((course.to_owned(), BTreeMap::new()));
            list.len() - 1
        });
        for (name, error) in errors(figures).into_iter().filter(|e| e.0 != "NaN" || e.1 > 0.0) {
            let known = list[at].1.entry(name).or_default();
            // Nothing counted: all of it is missing.
            *known = if error.is_nan() { 1.0 } else { error.abs() }.max(*known);
        }
    }
    /// The file: each error up to a tenth of a percent more.
    pub fn file(&self) -> String {
        let mut out = String::new();
        for (engine, courses) in &self.0 {
            let _ = writeln!(out, "{engine}:");
            for (course, errors) in courses {
                let limit = |error: &f64| ((error + 0.0005) * 1000.0).ceil() / 1000.0;
                let list: Vec<String> = errors.iter().map(|(n, e)| format!("{n}: {}", limit(e))).collect();
                let _ = writeln!(out, "  \"{course}\": {{{}}}", list.join(", "));
            }
        }
        out
    }
}
