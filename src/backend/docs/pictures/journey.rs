//! The journey: steps in order, critical moments, and the promises of each step.

use std::fmt::Write as _;

use super::{Svg, wrap};
use crate::backend::docs::context::{Journey, Promise, Step};

/// Steps in a row of the wide picture.
const IN_A_ROW: usize = 4;
/// Promises drawn in a step.
const PROMISES: usize = 6;
/// The height of a promise's line.
const LINE: i64 = 19;
/// The height of a title's line.
const TITLE: i64 = 18;

/// For screens of a desk and for paper: steps from left to right.
pub fn wide(journey: &Journey) -> String {
    let steps = &journey.steps;
    let columns = steps.len().clamp(1, IN_A_ROW);
    let cell = 720 / i64::try_from(columns.max(2)).unwrap_or(3);
    let text = usize::try_from(cell - 20).unwrap_or(0) / 8;
    let small = usize::try_from(cell - 40).unwrap_or(0) / 6;
    let rows: Vec<Vec<(&Step, Vec<String>)>> = steps
        .chunks(IN_A_ROW)
        .map(|row| row.iter().map(|s| (s, wrap(&s.title, text, 3))).collect())
        .collect();
    let height_of = |row: &[(&Step, Vec<String>)]| {
        let titles = row.iter().map(|(_, t)| t.len()).max().unwrap_or(0);
        let lines = row.iter().map(|(s, _)| lines(s)).max().unwrap_or(0);
        84 + pixels(titles, TITLE) + pixels(lines, LINE)
    };
    let height = rows.iter().map(|r| height_of(r)).sum::<i64>().max(40);
    let mut svg = Svg::new("journey-wide", "wide", (720, height), &name(journey), &description(journey));
    let mut top = 0;
    for (at, row) in rows.iter().enumerate() {
        let y = top + 36;
        let goes_on = at + 1 < rows.len();
        let last = i64::try_from(row.len()).unwrap_or(1) - 1;
        if last > 0 || goes_on {
            let end = if goes_on { svg.width - 4 } else { last * cell + 14 };
            svg.line("track", (14, y), (end, y));
        }
        let titles = row.iter().map(|(_, t)| t.len()).max().unwrap_or(0);
        for (column, (step, title)) in row.iter().enumerate() {
            let x = i64::try_from(column).unwrap_or(0) * cell;
            node(&mut svg, step, (x + 14, y));
            for (n, line) in title.iter().enumerate() {
                svg.text("title", (x + 2, y + 36 + pixels(n, TITLE)), line);
            }
            promises(&mut svg, step, (x + 2, y + 40 + pixels(titles, TITLE)), small);
        }
        top += height_of(row);
    }
    svg.done()
}

/// For a phone: steps from top to bottom.
pub fn narrow(journey: &Journey) -> String {
    let steps: Vec<(&Step, Vec<String>)> = journey.steps.iter().map(|s| (s, wrap(&s.title, 34, 4))).collect();
    let height_of = |(step, title): &(&Step, Vec<String>)| {
        34 + pixels(title.len(), TITLE) + pixels(lines(step), LINE) + if step.critical { 16 } else { 0 }
    };
    let height = steps.iter().map(height_of).sum::<i64>().max(40);
    let mut svg = Svg::new("journey-narrow", "narrow", (330, height), &name(journey), &description(journey));
    let mut top = 0;
    for (at, entry) in steps.iter().enumerate() {
        let (step, title) = entry;
        let own = height_of(entry);
        let y = top + 18 + if step.critical { 16 } else { 0 };
        if at + 1 < steps.len() {
            let next = steps.get(at + 1).is_some_and(|(s, _)| s.critical);
            svg.line("track", (14, y), (14, top + own + 18 + if next { 16 } else { 0 }));
        }
        node(&mut svg, step, (14, y));
        for (n, line) in title.iter().enumerate() {
            svg.text("title", (38, y + 5 + pixels(n, TITLE)), line);
        }
        promises(&mut svg, step, (38, y + 6 + pixels(title.len(), TITLE)), 44);
        top += own;
    }
    svg.done()
}

fn pixels(n: usize, each: i64) -> i64 {
    i64::try_from(n).unwrap_or(0) * each
}

fn lines(step: &Step) -> usize {
    if step.promises.len() > PROMISES { PROMISES + 1 } else { step.promises.len().max(1) }
}

/// A circle with the step's number; a critical one stands on its edge and says so.
fn node(svg: &mut Svg, step: &Step, (x, y): (i64, i64)) {
    if step.critical {
        let _ = write!(
            svg.out,
            "<path class=\"critical\" d=\"M{x} {}L{} {y}L{x} {}L{} {y}Z\"/>",
            y - 15,
            x + 15,
            y + 15,
            x - 15
        );
        svg.text("label", (x - 12, y - 22), "critical moment");
        svg.text("number on", (x, y + 4), &step.number.to_string());
    } else {
        svg.circle("node", (x, y), 12);
        svg.text("number", (x, y + 4), &step.number.to_string());
    }
}

/// One line for each promise: its mark (by how loudly it speaks), floor and title.
fn promises(svg: &mut Svg, step: &Step, (x, y): (i64, i64), columns: usize) {
    if step.promises.is_empty() {
        svg.text("small none", (x, y + 14), "no promise");
        return;
    }
    for (n, promise) in step.promises.iter().take(PROMISES).enumerate() {
        let base = y + 14 + pixels(n, LINE);
        mark(svg, promise, (x + 5, base - 4));
        let percent = format!("{}%", promise.floor.percent);
        let rest = columns.saturating_sub(percent.len() + 1);
        let title = wrap(&promise.title, rest.max(4), 1).pop().unwrap_or_default();
        let _ =
            write!(svg.out, "<text class=\"small\" x=\"{}\" y=\"{base}\"><tspan class=\"strong\">", x + 16);
        svg.raw(&percent);
        svg.raw("</tspan> ");
        super::escape_into(&mut svg.out, &title);
        svg.raw("</text>");
    }
    if step.promises.len() > PROMISES {
        let more = format!("and {} more", step.promises.len() - PROMISES);
        svg.text("small none", (x + 16, y + 14 + pixels(PROMISES, LINE)), &more);
    }
}

/// Full: wakes somebody. Ring: a ticket. Dashed ring: only watched.
fn mark(svg: &mut Svg, promise: &Promise, at: (i64, i64)) {
    match promise.urgency.as_str() {
        "page" => svg.circle("mark page", at, 5),
        "ticket" => svg.circle("mark ticket", at, 4),
        _ => svg.circle("mark watched", at, 4),
    }
}

fn name(journey: &Journey) -> String {
    format!("The journey “{}” in {}", journey.title, steps(journey.steps.len()))
}

fn steps(n: usize) -> String {
    if n == 1 { "1 step".to_owned() } else { format!("{n} steps") }
}

fn description(journey: &Journey) -> String {
    let mut said = String::new();
    for step in &journey.steps {
        let _ = write!(said, "Step {}: {}", step.number, step.title);
        if step.critical {
            said.push_str(" (a critical moment)");
        }
        said.push_str(". ");
        for promise in &step.promises {
            let _ = write!(said, "{}, {}%. ", promise.title, promise.floor.percent);
        }
    }
    said.trim_end().to_owned()
}
