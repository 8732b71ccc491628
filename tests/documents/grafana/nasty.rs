//! Titles and texts that would break a dashboard, or be run by it.

use serde_json::Value;
use slovo::ir::Model;

use super::tools::{boards, model_of, panels};

/// What a title may hold.
const NASTY: &[&str] = &[
    "costs $5 and ${datasource} [[datasource]] $datasource",
    "{{journey}} {{ $value }}",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "quote \\\" back \\\\ slash",
    "# heading *bold* _under_ [link](javascript:alert(3)) ![i](http://evil.example/p.png)",
    "emoji \u{1f6d2}, a soft\u{a0}space, \u{5e9}\u{5dc}\u{5d5}\u{5dd} and \u{65}\u{301}",
    "a title that goes on and on and on until no panel of any dashboard could ever hold all of it on one line of text",
];

/// A project all of whose words are such.
pub fn model() -> Model {
    let word = |n: usize| NASTY[n % NASTY.len()];
    let mut text = format!(
        "team shop \"{}\" {{\n  pages \"p\"\n}}\nmetric calls_total: counter of calls {{ labels job, code }}\n\
         playbook trouble {{\n  users hear from shop\n  first update within 15m\n  say \"{}\"\n  restore within 1h\n  \
         runbook \"https://r.example/$x?[[datasource]]\"\n}}\n",
        word(0),
        word(1)
    );
    for (n, title) in NASTY.iter().enumerate() {
        let (a, b, c) = (word(n + 1), word(n + 2), word(n + 3));
        text.push_str(&format!(
            "journey j{n}_ \"{title}\" {{\n  owner shop\n  user \"{a}\"\n  goal \"{b}\"\n  playbook trouble\n  step s_{n}__ \"{a}\" {{\n    if broken \"{c}\"\n    \
             promise p_{n} \"{b}\" {{\n      keep for 99% of calls over 28d\n      total calls_total{{job=\"a\"}}\n      bad where {{code=~\"5..\"}}\n      \
             because agreed \"{c}\" on 2026-10-01\n      blind to \"{title}\"\n      proxy for \"{a}\" because \"{b}\"\n    }}\n  }}\n}}\n"
        ));
    }
    model_of(
        &[("nasty.slovo", &text)],
        "project: shop\nretention: 100d\nlinks: {documents: https://slo.example}\n",
    )
}

/// Is there something in the text that Grafana would replace?
fn replaced(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(2).any(|pair| match pair {
        ['$', c] => c.is_ascii_alphanumeric() || *c == '_' || *c == '{',
        ['[', '['] | ['{', '{'] => true,
        _ => false,
    })
}

#[test]
fn words_stay_words() {
    let mut seen = 0;
    for board in boards(&model()) {
        assert!(!replaced(board["title"].as_str().unwrap()), "{}", board["title"]);
        assert!(!replaced(board["description"].as_str().unwrap()), "{}", board["description"]);
        for panel in panels(&board) {
            for key in ["title", "description"] {
                let text = panel[key].as_str().unwrap_or_default();
                assert!(!replaced(text) && !text.contains('\n'), "{text}");
                seen += 1;
            }
            if panel["type"] == "text" {
                let content = panel["options"]["content"].as_str().unwrap();
                assert!(!replaced(content), "{content}");
                assert!(!content.contains('<'), "{content}");
                // The only links are ours.
                for link in content.split("](").skip(1) {
                    let url = link.split(')').next().unwrap();
                    let ours = ["https://slo.example/journeys/", "https://r.example/"];
                    assert!(ours.iter().any(|o| url.starts_with(o)), "{url}");
                }
            }
            mappings(&panel["fieldConfig"]);
        }
        for link in board["links"].as_array().unwrap() {
            assert!(!replaced(link["title"].as_str().unwrap()), "{link}");
            assert!(!replaced(link["url"].as_str().unwrap()), "{link}");
        }
    }
    assert!(seen > 100);
}

/// Words for values and names of series are as inert as titles.
fn mappings(config: &Value) {
    let text = config.to_string();
    let known = ["${__value.raw}", "${__url_time_range}", "${datasource:queryparam}"];
    let text = known.iter().fold(text, |t, k| t.replace(k, ""));
    assert!(!replaced(&text), "{text}");
}
