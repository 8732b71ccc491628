//! Code blocks of README.md and docs/*.md compile: ` ```slovo ` is a program beside docs/errors/prelude.slovo,
//! ` ```slovo promise ` is the body of one promise, ` ```slovo alone ` is a whole program, ` ```yaml slovo.yaml ` is a
//! configuration.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test")]

mod common;

use std::path::{Path, PathBuf};

#[test]
fn blocks_compile() {
    let prelude = std::fs::read_to_string("docs/errors/prelude.slovo").unwrap();
    let mut pages = vec![PathBuf::from("README.md")];
    pages.extend(
        common::files_below(Path::new("docs"), "md").into_iter().filter(|p| !p.starts_with("docs/errors")),
    );
    let (mut count, mut wrong) = (0, Vec::new());
    for page in &pages {
        for block in common::blocks(&std::fs::read_to_string(page).unwrap()) {
            let wrapped = format!(
                "journey page \"Page\" {{\n  owner shop\n  playbook trouble\n  step part \"Part\" {{\n    promise block \"Block\" {{\n{}\n    }}\n  }}\n}}\n",
                block.text
            );
            let checked = match block.info.as_str() {
                "slovo" => common::check(&[("page.slovo", &block.text), ("prelude.slovo", &prelude)], None),
                "slovo alone" => common::check(&[("page.slovo", &block.text)], None),
                "slovo promise" => {
                    common::check(&[("page.slovo", &wrapped), ("prelude.slovo", &prelude)], None)
                }
                "yaml slovo.yaml" => common::check(&[("prelude.slovo", &prelude)], Some(&block.text)),
                _ => continue,
            };
            count += 1;
            if !checked.codes.is_empty() {
                wrong.push(format!("{}:\n{}\n{}", page.display(), block.text, checked.rendered));
            }
        }
    }
    assert!(count > 10, "only {count} blocks found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
