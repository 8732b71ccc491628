//! Courses of days: pods of hours, and what is known of a budget.

use super::course::Course;
use super::list::{Entry, two};
use super::lives::Pods;

const DAY: u64 = 86_400;

/// Adds them.
pub fn add(list: &mut Vec<Entry>) {
    let mut add = |name: &str, says: &str, scrapes: &'static [u64], make: Box<dyn Fn(u64) -> Course>| {
        list.push(Entry { name: name.to_owned(), says: says.to_owned(), scrapes, make });
    };
    for (name, says, rate) in [
        ("pods6h-born", "20 pods of 6 h at 2/s, 0.05% bad, born with errors", 2.0),
        ("podslow6h-born", "the same at 0.2/s", 0.2),
    ] {
        add(
            name,
            says,
            &[30],
            Box::new(move |s| {
                let mut course = whole(3 * DAY + DAY / 2, s, "3d");
                let span = (0, course.length);
                Pods { count: 20, life: 6 * 3600, apart: 30, span, rate, share: 0.0005, born: true }
                    .live(&mut course);
                course
            }),
        );
    }
    add(
        "hole3of7",
        "Prometheus away for three days of seven, 0.03% bad",
        &[60],
        Box::new(|s| {
            let mut course = whole(7 * DAY + DAY / 4, s, "7d");
            course.away = vec![(2 * DAY, 5 * DAY)];
            two(&mut course, 0.0003);
            course
        }),
    );
    add(
        "kept15of28",
        "15 days kept, a window of 28 days, 0.1% bad",
        &[60],
        Box::new(|s| {
            let mut course = whole(29 * DAY, s, "28d");
            course.retention = Some(15 * DAY);
            two(&mut course, 0.001);
            course
        }),
    );
    add(
        "young",
        "three days old, a window of seven days, 0.1% bad",
        &[60],
        Box::new(|s| {
            let mut course = whole(3 * DAY, s, "7d");
            two(&mut course, 0.001);
            course
        }),
    );
}

/// A course of which the promise's whole window is judged.
fn whole(length: u64, scrape: u64, window: &'static str) -> Course {
    let mut course = Course::of(length, scrape);
    course.window = window;
    course.from = None;
    course.budget = true;
    course
}
