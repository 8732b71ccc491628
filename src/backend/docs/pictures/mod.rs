//! Pictures as inline SVG. Readable without colour (shapes, hatching and words say all), with a title and a
//! description for those who do not see them. Colours come from the page's style sheet by class; [`alone`] makes a
//! picture that stands by itself, for Markdown.

mod budget;
mod journey;
mod letters;
mod together;

pub use budget::budget;
pub use journey::{narrow, wide};
pub use together::together;

use std::fmt::Write as _;

use crate::render::html::escape_into;

/// An SVG being written.
struct Svg {
    out: String,
    width: i64,
}

impl Svg {
    /// Starts a picture; `id` must be unique in the page.
    fn new(id: &str, class: &str, (width, height): (i64, i64), title: &str, description: &str) -> Self {
        let mut out = String::with_capacity(2048);
        let _ = write!(
            out,
            "<svg class=\"picture {class}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" xmlns=\"http://www.w3.org/2000/svg\"><title id=\"{id}-t\">"
        );
        escape_into(&mut out, title);
        let _ = write!(out, "</title><desc id=\"{id}-d\">");
        escape_into(&mut out, description);
        out.push_str("</desc>");
        Self { out, width }
    }
    fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }
    fn line(&mut self, class: &str, from: (i64, i64), to: (i64, i64)) {
        let _ = write!(self.out, "<path class=\"{class}\" d=\"M{} {}L{} {}\"/>", from.0, from.1, to.0, to.1);
    }
    fn rect(&mut self, class: &str, (x, y): (i64, i64), (w, h): (i64, i64), round: i64) {
        let _ = write!(
            self.out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\"/>"
        );
    }
    fn circle(&mut self, class: &str, (x, y): (i64, i64), r: i64) {
        let _ = write!(self.out, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
    }
    fn text(&mut self, class: &str, (x, y): (i64, i64), text: &str) {
        let _ = write!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">");
        escape_into(&mut self.out, text);
        self.out.push_str("</text>");
    }
    fn done(mut self) -> String {
        self.out.push_str("</svg>");
        self.out
    }
}

/// A picture with its own colours, light and dark, as a file of its own.
pub fn alone(svg: &str) -> String {
    const STYLE: &str = include_str!("../../../../templates/docs/html/picture.css");
    let at = svg.find("<title").unwrap_or(0);
    let (head, body) = svg.split_at(at);
    format!("{head}<style>{STYLE}</style>{body}\n")
}
