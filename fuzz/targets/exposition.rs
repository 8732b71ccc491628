//! What services expose: read, declared, and the declarations checked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slovo::catalogue_import::declare;
use slovo::exposition::read;
use slovo::project::Project;
use slovo::write::catalogue::{canonical, metrics};

fuzz_target!(|text: &str| {
    let exposition = match read(text) {
        Ok(exposition) => exposition,
        Err(broken) => {
            for mistake in broken.mistakes {
                assert!(text.get(mistake.range.clone()).is_some(), "{:?} is not in the text", mistake.range);
            }
            return;
        }
    };
    let declared = metrics(&declare(&exposition, &[]).metrics).expect("what is declared can be written");
    assert_eq!(canonical(&declared).as_ref(), Some(&declared), "what is declared is canonical");
    let project = Project::in_memory(&[("catalogue.slovo", &declared)], "project: shop\nretention: 100d\n");
    let codes: Vec<_> = project.compile().diagnostics.iter().map(|d| d.code.id).collect();
    assert!(codes.is_empty(), "{codes:?}: {declared}");
});
