//! What the emitter writes is read back, by `serde_yaml` and, where there is one, by `PyYAML` (YAML 1.1).

use super::*;

/// Strings that some reader takes for something else.
fn awkward() -> Vec<String> {
    let words = "y n Y N yes No ON off True FALSE null Null ~ nan NaN inf .inf -.inf .nan = << * & ! | > % @ ` ' \" # - ? : , \
                 [ ] { } 1 -1 1.0 1e3 1_000 0x1F 012 0o17 12:30:45 1:30 2024-01-01 2024-01-01T00:00:00Z --- ... a: a:b \
                 a#b - - - :a {{x}} [a] {a:b} *a &a !a %a @a `a` 'a' a' a\" a\\ \\n a, é 日本 🙂";
    let mut list: Vec<String> = words.split(' ').map(str::to_owned).collect();
    for text in [
        "",
        " ",
        " a",
        "a ",
        "a #b",
        "a: b",
        "- a",
        "? a",
        "a\nb",
        "a\n",
        "a\n\n",
        "\na",
        "a \nb",
        "\ta",
        "a\tb",
        "a\rb",
        "a\r\nb",
        "a\n  b\nc",
        "  a\nb",
        "a\n\nb",
        "a\n \nb",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "a\u{2028}b",
        "\u{feff}a",
        "a\u{a0}b",
        "\u{1b}[0m",
        "# not a comment\nx",
        "--- \nx",
        "...\nx",
        "x\n---\ny",
        "a\n#b",
        "key: |\n  x",
        "{{ $value }} \"q\" `b`",
        "\u{fffe}",
        "😀\nb",
        "tag:yaml.org,2002:str",
        "very long plain-looking.text/with-everything_0123456789",
    ] {
        list.push(text.to_owned());
    }
    list
}

fn document(strings: &[String]) -> String {
    let mut yaml = Yaml::with_capacity(64);
    yaml.comment(0, "awkward\nstrings: [");
    yaml.open(0, "list");
    for (at, text) in strings.iter().enumerate() {
        yaml.comment(2, text);
        yaml.item(2, "value", text);
        yaml.code(4, "code", text);
        yaml.flow(4, "flow", [(text.as_str(), text.as_str()), ("at", at.to_string().as_str())]);
        yaml.open(4, "nested");
        yaml.pair(6, text, text);
    }
    yaml.finish()
}

#[test]
fn serde_yaml_reads_it_back() {
    let strings = awkward();
    let text = document(&strings);
    let read: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let list = read["list"].as_sequence().unwrap();
    assert_eq!(list.len(), strings.len());
    for (at, (item, text)) in list.iter().zip(&strings).enumerate() {
        let value = serde_yaml::Value::String(text.clone());
        assert_eq!(item["value"], value, "{text:?}");
        assert_eq!(item["code"], value, "{text:?}");
        assert_eq!(item["nested"].as_mapping().unwrap()[&value], value, "{text:?}");
        assert_eq!(item["flow"].as_mapping().unwrap()[&value], value, "{text:?}");
        assert_eq!(item["flow"]["at"].as_str(), Some(at.to_string().as_str()));
    }
}

#[test]
fn pyyaml_reads_it_back() {
    let strings = awkward();
    let program = "import sys, json\n\
                   try:\n  import yaml\n\
                   except ImportError:\n  print('absent'); sys.exit()\n\
                   d = json.load(sys.stdin)\n\
                   for i, (x, s) in enumerate(zip(yaml.safe_load(d['text'])['list'], d['strings'])):\n\
                   \x20 got = [x['value'], x['code'], x['nested'], x['flow']]\n\
                   \x20 want = [s, s, {s: s}, {s: s, 'at': str(i)}]\n\
                   \x20 if got != want: print(repr(s), got)\n";
    let mut child = match std::process::Command::new("python3")
        .args(["-c", program])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
    {
        Ok(child) => child,
        Err(e) => {
            eprintln!("python3 is missing, not compared with PyYAML: {e}");
            return;
        }
    };
    let input = serde_json::json!({ "text": document(&strings), "strings": strings });
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if said.trim() == "absent" {
        eprintln!("PyYAML is missing, not compared");
        return;
    }
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn looks_as_in_the_prometheus_documentation() {
    let mut yaml = Yaml::with_capacity(0);
    yaml.open(0, "groups");
    yaml.item(2, "name", "checkout");
    yaml.pair(4, "interval", "30s");
    yaml.code(4, "expr", "sum(a)\n  / sum(b)");
    yaml.flow(4, "labels", [("window", "5m"), ("on", "a b")]);
    assert_eq!(
        yaml.finish(),
        "groups:\n  - name: checkout\n    interval: \"30s\"\n    expr: |-\n      sum(a)\n        / sum(b)\n    labels: {window: \"5m\", \"on\": \"a b\"}\n"
    );
}
