//! The journey: steps in order, critical moments, the promises of each step and those of the whole journey.
//!
//! Nothing is cut: what is long takes more lines. How wide a text is comes from [`super::letters`], which takes the widest of the
//! usual typefaces, so that nothing touches its neighbour whichever is there.

use std::fmt::Write as _;

use super::Svg;
use super::letters::wrap;
use crate::backend::docs::context::{Journey, Promise, Step};

/// Steps in a row of the wide picture.
const IN_A_ROW: usize = 4;
/// Promises drawn in a step.
const PROMISES: usize = 6;
/// The height of a line of a promise's title, and what parts two promises.
const LINE: i64 = 15;
const GAP: i64 = 5;
/// Between a step's title and its promises.
const APART: i64 = 13;
/// The height of a step's title's line.
const TITLE: i64 = 18;
/// Above a node: room for the words of a critical moment.
const ABOVE: i64 = 34;
/// From a node to the first line of its title.
const BELOW: i64 = 32;
/// The sizes of letters, in tenths of a pixel (as in picture.css).
const BIG: i64 = 145;
const SMALL: i64 = 120;
/// What stands above the promises of the whole journey.
const WHOLE: &str = "From start to end";

/// A step with its lines.
struct Drawn<'a> {
    step: &'a Step,
    title: Vec<String>,
    promises: Vec<Line<'a>>,
}

/// A promise with the lines of its title.
struct Line<'a> {
    promise: &'a Promise,
    title: Vec<String>,
}

impl<'a> Drawn<'a> {
    fn new(step: &'a Step, (title, promise): (i64, i64)) -> Self {
        Self { step, title: wrap(&step.title, title, BIG, true), promises: lines(&step.promises, promise) }
    }
    /// The height of its promises.
    fn promised(&self) -> i64 {
        let more = if self.step.promises.len() > PROMISES { LINE + GAP } else { 0 };
        if self.promises.is_empty() { LINE } else { height(&self.promises) + more }
    }
}

/// Promises in lines of so many pixels; the first begins after the percentage.
fn lines(promises: &[Promise], width: i64) -> Vec<Line<'_>> {
    let all = promises.iter().take(PROMISES);
    all.map(|promise| {
        let text = format!("{}% {}", promise.floor.percent, words(&promise.title));
        Line { promise, title: wrap(&text, width, SMALL, false) }
    })
    .collect()
}

/// On one line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn height(lines: &[Line<'_>]) -> i64 {
    lines.iter().map(|l| pixels(l.title.len(), LINE) + GAP).sum()
}

/// For screens of a desk and for paper: steps from left to right.
pub fn wide(journey: &Journey) -> String {
    let columns = journey.steps.len().clamp(1, IN_A_ROW);
    let cell = 720 / i64::try_from(columns.max(2)).unwrap_or(2);
    let widths = (cell - 18, cell - 36);
    let rows: Vec<Vec<Drawn<'_>>> = journey
        .steps
        .chunks(IN_A_ROW)
        .map(|row| row.iter().map(|s| Drawn::new(s, widths)).collect())
        .collect();
    let titles = |row: &[Drawn<'_>]| pixels(row.iter().map(|d| d.title.len()).max().unwrap_or(0), TITLE);
    let tall = |row: &[Drawn<'_>]| {
        let promised = row.iter().map(Drawn::promised).max().unwrap_or(0);
        ABOVE + BELOW - TITLE + titles(row) + APART + promised
    };
    let whole = Whole::new(journey, if journey.promises.len() > 1 { (2, 324) } else { (1, 680) });
    let height = rows.iter().map(|r| tall(r)).sum::<i64>() + whole.height();
    let mut svg =
        Svg::new("journey-wide", "wide", (720, height.max(40)), &name(journey), &description(journey));
    let mut top = 0;
    for (at, row) in rows.iter().enumerate() {
        let y = top + ABOVE;
        let goes_on = at + 1 < rows.len();
        let last = i64::try_from(row.len()).unwrap_or(1) - 1;
        if last > 0 || goes_on {
            let end = if goes_on { svg.width - 4 } else { last * cell + 14 };
            svg.line("track", (14, y), (end, y));
        }
        for (column, drawn) in row.iter().enumerate() {
            let x = i64::try_from(column).unwrap_or(0) * cell;
            node(&mut svg, drawn.step, (x + 14, y), (x + 2, y - 22));
            for (n, line) in drawn.title.iter().enumerate() {
                svg.text("title", (x + 2, y + BELOW + pixels(n, TITLE)), line);
            }
            promises(&mut svg, drawn, (x + 2, y + BELOW - TITLE + titles(row) + APART - 2));
        }
        top += tall(row);
    }
    whole.draw(&mut svg, top);
    svg.done()
}

/// For a phone: steps from top to bottom.
pub fn narrow(journey: &Journey) -> String {
    let steps: Vec<Drawn<'_>> = journey.steps.iter().map(|s| Drawn::new(s, (288, 270))).collect();
    let above = |d: &Drawn<'_>| if d.step.critical { 16 } else { 0 };
    let tall = |d: &Drawn<'_>| 26 + pixels(d.title.len(), TITLE) + d.promised() + above(d);
    let whole = Whole::new(journey, (1, 300));
    let height = steps.iter().map(tall).sum::<i64>() + whole.height();
    let mut svg =
        Svg::new("journey-narrow", "narrow", (330, height.max(40)), &name(journey), &description(journey));
    let mut top = 0;
    for (at, drawn) in steps.iter().enumerate() {
        let own = tall(drawn);
        let y = top + 18 + above(drawn);
        if let Some(next) = steps.get(at + 1) {
            svg.line("track", (14, y), (14, top + own + 18 + above(next)));
        }
        // Beside the track, not on it.
        node(&mut svg, drawn.step, (14, y), (38, y - 14));
        for (n, line) in drawn.title.iter().enumerate() {
            svg.text("title", (38, y + 5 + pixels(n, TITLE)), line);
        }
        promises(&mut svg, drawn, (38, y + 6 + pixels(drawn.title.len(), TITLE) - TITLE + APART - 2));
        top += own;
    }
    whole.draw(&mut svg, top);
    svg.done()
}

/// What is promised of the journey from start to end, below its steps.
struct Whole<'a> {
    lines: Vec<Line<'a>>,
    columns: usize,
}

impl<'a> Whole<'a> {
    fn new(journey: &'a Journey, (columns, width): (usize, i64)) -> Self {
        Self { lines: lines(&journey.promises, width), columns }
    }
    fn rows(&self) -> impl Iterator<Item = (i64, &[Line<'a>])> {
        self.lines.chunks(self.columns.max(1)).map(|row| {
            let most = row.iter().map(|l| l.title.len()).max().unwrap_or(0);
            (pixels(most, LINE) + GAP, row)
        })
    }
    fn height(&self) -> i64 {
        if self.lines.is_empty() { 0 } else { 46 + self.rows().map(|(tall, _)| tall).sum::<i64>() }
    }
    fn draw(&self, svg: &mut Svg, top: i64) {
        if self.lines.is_empty() {
            return;
        }
        // A bracket over all steps.
        let end = svg.width - 4;
        let y = top + 14;
        let _ = write!(svg.out, "<path class=\"bracket\" d=\"M2 {}V{y}H{end}V{}\"/>", y - 6, y - 6);
        svg.text("title", (2, top + 36), WHOLE);
        let mut below = top + 40;
        let cell = svg.width / i64::try_from(self.columns.max(1)).unwrap_or(1);
        for (tall, row) in self.rows() {
            for (column, line) in row.iter().enumerate() {
                let x = i64::try_from(column).unwrap_or(0) * cell;
                one(svg, line, (x + 2, below + 12));
            }
            below += tall;
        }
    }
}

fn pixels(n: usize, each: i64) -> i64 {
    i64::try_from(n).unwrap_or(0) * each
}

/// A circle with the step's number; a critical one stands on its edge and says so, where there is room for the words.
fn node(svg: &mut Svg, step: &Step, (x, y): (i64, i64), words: (i64, i64)) {
    if step.critical {
        let _ = write!(
            svg.out,
            "<path class=\"critical\" d=\"M{x} {}L{} {y}L{x} {}L{} {y}Z\"/>",
            y - 15,
            x + 15,
            y + 15,
            x - 15
        );
        svg.text("label", words, "critical moment");
        svg.text("number on", (x, y + 4), &step.number.to_string());
    } else {
        svg.circle("node", (x, y), 12);
        svg.text("number", (x, y + 4), &step.number.to_string());
    }
}

/// The promises of a step, one below the other.
fn promises(svg: &mut Svg, drawn: &Drawn<'_>, (x, y): (i64, i64)) {
    if drawn.promises.is_empty() {
        svg.text("small none", (x, y + 12), "no promise");
        return;
    }
    let mut base = y + 12;
    for line in &drawn.promises {
        one(svg, line, (x, base));
        base += pixels(line.title.len(), LINE) + GAP;
    }
    if drawn.step.promises.len() > PROMISES {
        let more = format!("and {} more", drawn.step.promises.len() - PROMISES);
        svg.text("small none", (x + 16, base), &more);
    }
}

/// A promise: its mark (by how loudly it speaks), floor and title.
fn one(svg: &mut Svg, line: &Line<'_>, (x, base): (i64, i64)) {
    mark(svg, line.promise, (x + 5, base - 4));
    for (n, text) in line.title.iter().enumerate() {
        let y = base + pixels(n, LINE);
        let percent = format!("{}%", line.promise.floor.percent);
        match text.strip_prefix(&percent).filter(|_| n == 0) {
            Some(rest) => {
                let _ = write!(
                    svg.out,
                    "<text class=\"small\" x=\"{}\" y=\"{y}\"><tspan class=\"strong\">{percent}</tspan>",
                    x + 16
                );
                crate::render::html::escape_into(&mut svg.out, rest);
                svg.raw("</text>");
            }
            None => svg.text("small", (x + 16, y), text),
        }
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
    let promised = |said: &mut String, list: &[Promise]| {
        for promise in list {
            let _ = write!(said, "{}, {}%. ", promise.title, promise.floor.percent);
        }
    };
    for step in &journey.steps {
        let _ = write!(said, "Step {}: {}", step.number, step.title);
        if step.critical {
            said.push_str(" (a critical moment)");
        }
        said.push_str(". ");
        promised(&mut said, &step.promises);
    }
    if !journey.promises.is_empty() {
        let _ = write!(said, "{WHOLE}: ");
        promised(&mut said, &journey.promises);
    }
    said.trim_end().to_owned()
}
