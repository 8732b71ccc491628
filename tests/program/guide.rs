//! docs/guide.md: every step is run, in order, in an empty folder.
//!
//! ` ```console ` blocks are commands (`$ …`) with lines of what they print; ` ```slovo file NAME ` writes a file,
//! ` ```edit NAME ` changes lines of one, ` ```yaml append NAME ` adds to one, ` ```text of NAME ` is in a file that was
//! written. ` ```text exposition ` is what the catalogue was made from.

use crate::common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn is_there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "{program} is missing");
    found
}

/// Runs a command of the guide; what it prints on both streams, and whether it went well. None where it can't be run here.
fn run(line: &str, at: &mut PathBuf) -> Option<(String, bool)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let program = match words[0] {
        "mkdir" => {
            fs::create_dir(at.join(words[1])).unwrap();
            return None;
        }
        "cd" => {
            at.push(words[1]);
            return None;
        }
        "rm" => {
            fs::remove_file(at.join(words[1])).unwrap();
            return None;
        }
        // a Prometheus of your own
        "curl" => return None,
        "slovo" => {
            if words[1] == "test" && !is_there("promtool") {
                return None;
            }
            env!("CARGO_BIN_EXE_slovo")
        }
        "promtool" => {
            if !is_there("promtool") {
                return None;
            }
            "promtool"
        }
        other => panic!("the guide runs `{other}`"),
    };
    let ran = Command::new(program).args(&words[1..]).current_dir(at).env("NO_COLOR", "1").output().unwrap();
    let both = [ran.stdout, ran.stderr].map(|s| String::from_utf8(s).unwrap()).join("\n");
    Some((both, ran.status.success()))
}

#[test]
fn every_step() {
    let root = tempfile::tempdir().unwrap();
    let mut at = root.path().to_owned();
    let page = fs::read_to_string("docs/guide.md").unwrap();
    let mut commands = 0;
    for block in common::blocks(&page) {
        let info: Vec<&str> = block.info.split(' ').collect();
        match info.as_slice() {
            ["console", rest @ ..] => {
                let mut printed = None;
                for line in block.text.lines() {
                    if let Some(command) = line.strip_prefix("$ ") {
                        printed = run(command, &mut at);
                        if let Some((text, fine)) = &printed {
                            assert_eq!(*fine, rest.is_empty(), "{command}\n{text}");
                            commands += 1;
                        }
                    } else if let Some((text, _)) = &printed {
                        assert!(text.contains(line), "{line}\nis not in\n{text}");
                    }
                }
            }
            ["slovo", "file", name] => fs::write(at.join(name), &block.text).unwrap(),
            ["yaml", "append", name] => {
                let old = fs::read_to_string(at.join(name)).unwrap();
                fs::write(at.join(name), format!("{}\n{}", old.trim_end(), block.text)).unwrap();
            }
            ["edit", name] => {
                let mut text = fs::read_to_string(at.join(name)).unwrap();
                let lines = |mark: char| {
                    let own = block.text.lines().filter_map(move |l| l.strip_prefix(mark));
                    own.collect::<Vec<_>>().join("\n")
                };
                assert!(text.contains(&lines('-')), "{text}");
                text = text.replace(&lines('-'), &lines('+'));
                fs::write(at.join(name), text).unwrap();
            }
            ["text", "of", name] => {
                let text = fs::read_to_string(at.join(name)).unwrap();
                for line in block.text.lines() {
                    assert!(text.contains(line), "{line}\nis not in\n{text}");
                }
            }
            _ => {}
        }
    }
    assert!(commands >= 9, "{commands}");
}

/// The catalogue of the guide says what the exposition shows.
#[test]
fn the_catalogue_is_that_of_the_exposition() {
    let page = fs::read_to_string("docs/guide.md").unwrap();
    let blocks = common::blocks(&page);
    let of = |info: &str| blocks.iter().find(|b| b.info == info).unwrap().text.clone();
    let (exposition, catalogue) = (of("text exposition"), of("slovo file metrics.slovo"));
    let mut kinds = 0;
    for line in exposition.lines().filter_map(|l| l.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert!(catalogue.contains(&format!("metric {name}: {kind} of ")), "{name}");
        kinds += 1;
    }
    assert_eq!(kinds, catalogue.matches("metric ").count());
    let bounds = exposition.lines().filter_map(|l| Some(l.split_once("le=\"")?.1.split_once('"')?.0));
    let bounds: Vec<&str> = bounds.filter(|b| *b != "+Inf").collect();
    assert!(catalogue.contains(&format!("buckets {}\n", bounds.join(", "))), "{bounds:?}");
}

/// README names every command, and links every page.
#[test]
fn readme_is_complete() {
    let readme = fs::read_to_string("README.md").unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_slovo")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands: Vec<&str> =
        commands.lines().take_while(|l| !l.is_empty()).filter_map(|l| l.split_whitespace().next()).collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands.iter().filter(|c| **c != "help") {
        assert!(readme.contains(&format!("`slovo {command}")), "{command}");
    }
    for page in fs::read_dir("docs").unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        let is_page = std::path::Path::new(&name).extension().is_some_and(|e| e == "md");
        assert!(!is_page || readme.contains(&format!("docs/{name}")), "{name}");
    }
}
