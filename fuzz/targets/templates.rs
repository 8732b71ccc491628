//! Templates of one's own: of a page, of Markdown and of an alert text; and Go's templates in alert texts.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use slovo::backend::docs::{Formats, Options, build};
use slovo::ir::Model;
use slovo::project::Project;
use slovo::rules::alert_texts::go;
use slovo::rules::check_texts;

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let compiled =
        Project::in_memory(&[("a.slovo", slovo_fuzz::SHOP)], "project: x\nretention: 100d\n").compile();
    compiled.model.unwrap_or_else(|| panic!("the example has mistakes"))
});

fuzz_target!(|text: &str| {
    for vmalert in [false, true] {
        let _ = go::check(text, vmalert);
    }
    // One of three places for each: a whole site takes its time.
    let (formats, name) = match text.len() % 3 {
        0 => (Formats::Html, "html/glossary.html"),
        1 => (Formats::Markdown, "markdown/README.md"),
        _ => {
            let mut model = MODEL.clone();
            model.settings.alert_texts = [("any.summary.txt".to_owned(), text.to_owned())].into();
            let _ = check_texts(&model);
            return;
        }
    };
    let own = [(name.to_owned(), text.to_owned())].into();
    let _ = build(&MODEL, &Options { formats, own, preview: None });
});
