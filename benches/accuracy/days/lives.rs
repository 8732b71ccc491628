//! Processes that end and begin: deploys, pods, crash loops.

use super::course::{Course, Process, Span};
use super::list::{HOUR, INCIDENT, failing, within};

/// When deploys restart the process of this number.
fn deploys(at: u64) -> Vec<u64> {
    [HOUR, HOUR + 2400, 2 * HOUR + 1200, 3 * HOUR, 3 * HOUR + 2400].map(|t| t + at * 120).to_vec()
}

/// Pods of short lives, one after the other.
pub(super) struct Pods {
    /// How many at a time.
    pub count: u64,
    /// Seconds of a life.
    pub life: u64,
    /// Seconds between the first starts.
    pub apart: u64,
    /// When there are any.
    pub span: Span,
    /// Events a second.
    pub rate: f64,
    /// The bad share.
    pub share: f64,
    /// Does the series of bad events begin with the first one?
    pub born: bool,
}

impl Pods {
    /// Lets them live.
    pub(super) fn live(&self, course: &mut Course) {
        let (rate, share) = (|_| self.rate, |_| self.share);
        for at in 0..self.count {
            let mut start = self.span.0 + at * self.apart;
            let mut number = 0;
            while start < self.span.1 {
                let mut process = Process::new(format!("p{at}-{number}"), vec![(start, start + self.life)]);
                (process.rate, process.share, process.born) = (&rate, &share, self.born);
                process.phase = course.any_phase();
                course.add(&process);
                start += self.life + 3;
                number += 1;
            }
        }
    }
}

/// A fifth fails in the two minutes after a start.
fn after_deploys(starts: &[u64], t: u64) -> f64 {
    if starts.iter().any(|s| within((s + 20, s + 140), t)) { 0.2 } else { 0.0003 }
}

/// The same instances start again.
pub(super) fn resets(scrape: u64) -> Course {
    let mut course = Course::new(scrape);
    for at in 0..4 {
        let starts = deploys(at);
        let (mut runs, mut from) = (Vec::new(), 0);
        for stop in starts.iter().copied().chain([course.length]) {
            runs.push((from, stop));
            from = stop + 20;
        }
        let mut process = Process::new(format!("i{at}"), runs);
        let share = |t| after_deploys(&starts, t);
        (process.share, process.phase) = (&share, course.phase(at));
        course.add(&process);
    }
    course
}

/// New instances come in their place.
pub(super) fn new_instances(scrape: u64) -> Course {
    let mut course = Course::new(scrape);
    for at in 0..4 {
        let starts = deploys(at);
        let share = |t| after_deploys(&starts, t);
        let mut from = 0;
        for (number, stop) in starts.iter().copied().chain([course.length]).enumerate() {
            let mut process = Process::new(format!("i{at}-{number}"), vec![(from, stop)]);
            process.share = &share;
            process.phase = (course.phase(at) + 7.3 * number as f64) % scrape as f64;
            course.add(&process);
            from = stop + 20;
        }
    }
    course
}

/// All at once.
pub(super) fn recreate(scrape: u64) -> Course {
    let mut course = Course::new(scrape);
    let share = failing((2 * HOUR + 20, 2 * HOUR + 140), 0.5);
    for at in 0..4 {
        let mut old = Process::new(format!("a{at}"), vec![(0, 2 * HOUR)]);
        old.phase = course.phase(at);
        course.add(&old);
        let mut new = Process::new(format!("b{at}"), vec![(2 * HOUR + 20, course.length)]);
        new.phase = scrape as f64 * (0.4 + 0.29 * at as f64).fract();
        (new.share, new.born) = (&share, true);
        course.add(&new);
    }
    course
}

/// One of three lives for 70 s at a time.
pub(super) fn crash(scrape: u64) -> Course {
    let mut course = Course::new(scrape);
    let mut runs = vec![(0, 2 * HOUR)];
    runs.extend((0..40).map(|k| (2 * HOUR + 20 + k * 90, 2 * HOUR + 90 + k * 90)));
    runs.push((3 * HOUR + 20, course.length));
    let mut process = Process::new("i0", runs);
    let share = failing(INCIDENT, 0.6);
    (process.share, process.phase) = (&share, course.phase(0));
    course.add(&process);
    for at in 1..3 {
        let mut healthy = Process::new(format!("i{at}"), vec![(0, course.length)]);
        healthy.phase = course.phase(at);
        course.add(&healthy);
    }
    course
}
