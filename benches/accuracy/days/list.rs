//! The courses that are played.

use super::course::{Course, Process, Span};
use super::lives::{self, Pods};

pub(super) const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// The failing hour of most courses.
pub(super) const INCIDENT: Span = (2 * HOUR, 3 * HOUR);

/// A course by name.
pub struct Entry {
    /// A word.
    pub name: String,
    /// A sentence.
    pub says: String,
    /// Scrape intervals it is played at.
    pub scrapes: &'static [u64],
    /// Plays it at one.
    pub make: Box<dyn Fn(u64) -> Course>,
}

pub(super) fn within(span: Span, second: u64) -> bool {
    span.0 <= second && second < span.1
}

/// `bad` within the span, 0.03% before and after.
pub(super) fn failing(span: Span, bad: f64) -> impl Fn(u64) -> f64 {
    move |t| if within(span, t) { bad } else { 0.0003 }
}

/// So many processes through the whole course, each changed by `with`.
fn steady(
    course: &mut Course,
    count: u64,
    mut with: impl FnMut(u64, &mut Process<'_>),
    share: &dyn Fn(u64) -> f64,
) {
    for at in 0..count {
        let mut process = Process::new(format!("i{at}"), vec![(0, course.length)]);
        process.share = share;
        process.phase = course.phase(at);
        with(at, &mut process);
        course.add(&process);
    }
}

/// Four processes that fail for an hour.
fn hour(course: &mut Course) {
    course.incident = Some(INCIDENT);
    steady(course, 4, |_, _| (), &failing(INCIDENT, 0.3));
}

const BOTH: &[u64] = &[15, 60];

/// All of them.
pub fn all() -> Vec<Entry> {
    let mut list: Vec<Entry> = Vec::new();
    let mut add = |name: &str, says: &str, scrapes: &'static [u64], make: Box<dyn Fn(u64) -> Course>| {
        list.push(Entry { name: name.to_owned(), says: says.to_owned(), scrapes, make });
    };
    for percent in [0, 20, 50, 80_u32] {
        let says = match percent {
            0 => "an hour at 30% failures".to_owned(),
            _ => format!("the same, {percent}% of scrapes lost in it"),
        };
        add(&format!("loss{percent}"), &says, BOTH, Box::new(move |s| loss(s, percent)));
    }
    add(
        "loss50-unmarked",
        "50% lost, without staleness markers",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            course.markers = false;
            lossy(&mut course, 0.5);
            course
        }),
    );
    for (name, says, away, until) in [
        (
            "away20",
            "Prometheus away 20 min of 40 at 20% failures",
            (2 * HOUR + 600, 2 * HOUR + 1800),
            2 * HOUR + 2400,
        ),
        (
            "away50",
            "Prometheus away 50 min of 60 at 20% failures",
            (2 * HOUR + 300, 2 * HOUR + 3300),
            3 * HOUR,
        ),
    ] {
        add(
            name,
            says,
            BOTH,
            Box::new(move |s| {
                let mut course = Course::new(s);
                course.away = vec![away];
                steady(&mut course, 4, |_, _| (), &failing((2 * HOUR, until), 0.2));
                course
            }),
        );
    }
    add(
        "restarts",
        "Prometheus restarts 20 times in 5 h at 10% failures",
        BOTH,
        Box::new(|s| {
            let mut course = Course::of(6 * HOUR, s);
            let starts: Vec<u64> =
                (0..20).map(|k| HOUR + k * 600 + (course.noise.next() * 200.0) as u64).collect();
            course.away =
                starts.iter().map(|t| (*t, t + 45 + (course.noise.next() * 255.0) as u64)).collect();
            steady(&mut course, 4, |_, _| (), &failing((HOUR, 5 * HOUR), 0.1));
            course
        }),
    );
    add(
        "ruler20",
        "rules away 20 min of 40 at 20% failures, scrapes go on",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            course.ruler_away = vec![(2 * HOUR + 600, 2 * HOUR + 1800)];
            steady(&mut course, 4, |_, _| (), &failing((2 * HOUR, 2 * HOUR + 2400), 0.2));
            course
        }),
    );
    add(
        "resets",
        "five deploys, same instances, 20% failures for 2 min after",
        BOTH,
        Box::new(lives::resets),
    );
    add("newinst", "the same, new instances", BOTH, Box::new(lives::new_instances));
    add(
        "recreate",
        "all pods replaced at once, 50% failures for 2 min after",
        BOTH,
        Box::new(lives::recreate),
    );
    add(
        "oom",
        "each process away for 4 min in a failing hour",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            course.incident = Some(INCIDENT);
            for at in 0..4 {
                let down = 2 * HOUR + at * 900;
                let mut process =
                    Process::new(format!("i{at}"), vec![(0, down), (down + 240, course.length)]);
                let share = failing(INCIDENT, 0.3);
                process.share = &share;
                process.phase = course.phase(at);
                course.add(&process);
            }
            course
        }),
    );
    for minutes in [2, 5, 20] {
        for born in [false, true] {
            let name = format!("pods{minutes}m{}", if born { "-born" } else { "" });
            let says =
                format!("pods of {minutes} min at 10%{}", if born { ", born with errors" } else { "" });
            add(
                &name,
                &says,
                BOTH,
                Box::new(move |s| {
                    let mut course = Course::new(s);
                    let span = (HOUR, 4 * HOUR);
                    Pods { count: 4, life: minutes * 60, apart: 17, span, rate: 5.0, share: 0.1, born }
                        .live(&mut course);
                    steady(&mut course, 1, |_, p| p.rate = &|_| 5.0, &|_| 0.0003);
                    course
                }),
            );
        }
    }
    add(
        "podslow20m-born",
        "pods of 20 min at 0.2/s, 2% bad, born with errors",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            let span = (HOUR, 4 * HOUR);
            let pods =
                Pods { count: 10, life: 20 * 60, apart: 117, span, rate: 0.2, share: 0.02, born: true };
            pods.live(&mut course);
            steady(&mut course, 1, |_, p| p.rate = &|_| 0.2, &|_| 0.0);
            course
        }),
    );
    add("crash", "a process of three lives for 70 s, down 20 s, for an hour", BOTH, Box::new(lives::crash));
    add(
        "born",
        "15 min at 90% failures, error series born in it",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            course.incident = Some((2 * HOUR, 2 * HOUR + 900));
            let share = |t| if within((2 * HOUR, 2 * HOUR + 900), t) { 0.9 } else { 0.0 };
            steady(&mut course, 4, |_, p| p.born = true, &share);
            course
        }),
    );
    add(
        "bornfew",
        "ten processes, some 5 errors an hour, born with them",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            let share = |t| if within((HOUR, 4 * HOUR), t) { 0.0007 } else { 0.0 };
            steady(&mut course, 10, |_, p| (p.born, p.rate) = (true, &|_| 2.0), &share);
            course
        }),
    );
    add(
        "jitter",
        "scrapes up to 2 s late",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            course.incident = Some(INCIDENT);
            steady(
                &mut course,
                4,
                |_, p| (p.jitter, p.phase) = (2.0, p.phase * 0.8),
                &failing(INCIDENT, 0.3),
            );
            course
        }),
    );
    for (name, says, before) in [
        ("late1e6", "a target found late, with a counter at a million", 1_000_000),
        ("late5e4", "a target found late, with a counter at 50,000", 50_000),
    ] {
        add(
            name,
            says,
            BOTH,
            Box::new(move |s| {
                let mut course = Course::new(s);
                hour(&mut course);
                let mut process = Process::new("late", vec![(0, course.length)]);
                (process.before, process.found, process.phase) = (before, 5 * HOUR / 2, course.phase(5));
                let share = failing(INCIDENT, 0.3);
                process.share = &share;
                course.add(&process);
                course
            }),
        );
    }
    add(
        "started",
        "Prometheus starts an hour and a half into it",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            course.away = vec![(0, 3 * HOUR / 2)];
            course.from = Some(3 * HOUR / 2);
            steady(&mut course, 4, |at, p| p.before = 100_000 * (at + 1), &failing(INCIDENT, 0.3));
            course
        }),
    );
    add(
        "idle",
        "ten minutes at 0.5/s in five idle hours",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            let rate = |t| if within((2 * HOUR, 2 * HOUR + 600), t) { 0.5 } else { 0.0 };
            for at in 0..3 {
                let mut process = Process::new(format!("i{at}"), vec![(0, course.length)]);
                (process.rate, process.share, process.phase) = (&rate, &|_| 0.3, course.phase(at));
                course.add(&process);
            }
            course
        }),
    );
    add(
        "day",
        "day and night, 19:1, failures at the lowest",
        BOTH,
        Box::new(|s| {
            let mut course = Course::of(26 * HOUR, s);
            course.until = 45 * 60 + DAY;
            let rate = |t: u64| 20.0 * (1.0 + 0.9 * (t as f64 / DAY as f64 * std::f64::consts::TAU).sin());
            let share = |t: u64| if t / HOUR % 24 == 18 { 0.1 } else { 0.0003 };
            for at in 0..3 {
                let mut process = Process::new(format!("i{at}"), vec![(0, course.length)]);
                (process.rate, process.share, process.phase) = (&rate, &share, course.phase(at));
                course.add(&process);
            }
            course
        }),
    );
    for minutes in [15, 40] {
        let says = format!("two targets of four unreachable for {minutes} min of a failing hour");
        add(
            &format!("gone{minutes}m"),
            &says,
            BOTH,
            Box::new(move |s| {
                let mut course = Course::new(s);
                course.incident = Some(INCIDENT);
                let lost =
                    |t: f64| f64::from(u8::from(within((2 * HOUR, 2 * HOUR + minutes * 60), t as u64)));
                for at in 0..4 {
                    let mut process = Process::new(format!("i{at}"), vec![(0, course.length)]);
                    let share = failing(INCIDENT, 0.3);
                    (process.share, process.phase) = (&share, course.phase(at));
                    if at < 2 {
                        process.lost = &lost;
                    }
                    course.add(&process);
                }
                course
            }),
        );
    }
    add(
        "relabel",
        "all series renamed in a failing hour, counters go on",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            course.markers = false;
            course.incident = Some(INCIDENT);
            steady(&mut course, 4, |_, p| p.before = 1_000_000, &failing(INCIDENT, 0.3));
            course.relabel(5 * HOUR / 2);
            course
        }),
    );
    add(
        "nan",
        "one of four reads as not a number for 10 min of a failing hour",
        BOTH,
        Box::new(|s| {
            let mut course = Course::new(s);
            course.incident = Some(INCIDENT);
            let broken = (2 * HOUR + 600, 2 * HOUR + 1200);
            steady(
                &mut course,
                4,
                |at, p| p.nan = if at == 0 { broken } else { (0, 0) },
                &failing(INCIDENT, 0.3),
            );
            course
        }),
    );
    for (name, declared, scrapes) in
        [("declared15", 15, &[60, 120][..]), ("declared30", 30, &[60][..]), ("declared60", 60, &[15][..])]
    {
        let says = format!("declared {declared} s, scraped at another interval");
        add(
            name,
            &says,
            scrapes,
            Box::new(move |s| {
                let mut course = Course::new(s);
                course.declared = declared;
                hour(&mut course);
                course
            }),
        );
    }
    for (name, says, least, most, lost) in [
        ("slow", "scrapes take 1 to 8 s", 1.0, 8.0, 0.0),
        ("slow-lost", "scrapes take 1 to 8 s, half of them run into their timeout", 1.0, 8.0, 0.5),
        ("late", "samples are visible 25 s late", 25.0, 25.0, 0.0),
    ] {
        add(
            name,
            says,
            BOTH,
            Box::new(move |s| {
                let mut course = Course::new(s);
                course.takes = Some((least, most));
                lossy(&mut course, lost);
                course
            }),
        );
    }
    super::long::add(&mut list);
    list
}

fn loss(scrape: u64, percent: u32) -> Course {
    let mut course = Course::new(scrape);
    lossy(&mut course, f64::from(percent) / 100.0);
    course
}

/// A failing hour in which scrapes are lost.
fn lossy(course: &mut Course, share: f64) {
    course.incident = Some(INCIDENT);
    let lost = |t: f64| if within(INCIDENT, t as u64) { share } else { 0.0 };
    let bad = failing(INCIDENT, 0.3);
    for at in 0..4 {
        let mut process = Process::new(format!("i{at}"), vec![(0, course.length)]);
        (process.share, process.phase, process.lost) = (&bad, course.phase(at), &lost);
        course.add(&process);
    }
}

/// Two processes through the whole course, at this share.
pub(super) fn two(course: &mut Course, share: f64) {
    steady(course, 2, |_, _| (), &|_| share);
}
