//! Sources: parsed, formatted, compiled, built.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slovo::diag::Diagnostics;
use slovo::source::FileId;

fuzz_target!(|text: &str| {
    let mut found = Diagnostics::default();
    slovo::syntax::parse(FileId(0), text, &mut found);
    for label in found.iter().flat_map(|d| &d.labels) {
        assert!(text.get(label.span.range()).is_some(), "{:?} is not in the text", label.span);
    }
    if let Ok(once) = slovo::fmt::format(FileId(0), text) {
        let again = slovo::fmt::format(FileId(0), &once);
        assert_eq!(again.ok().as_ref(), Some(&once), "formatted again, it is another text");
    }
    slovo_fuzz::build(text, "project: x\nretention: 100d\n");
});
