//! What a burn-rate alert says when it fires, filled in by promtool: the window that speaks, what is left of the budget and for how
//! long, and what nothing is known of.

use std::process::Command;

use serde_json::{Value, json};

use super::build::*;
use super::tools::{emit, group_order, has, said};

/// The pages of a model's rules alone, with their summary and description: what they read is fed.
fn pages(model: &slovo::ir::Model) -> (Value, Value) {
    let files = emit(model);
    let mut file: Value = serde_yaml::from_str(&files[0].text).unwrap();
    let mut page = Value::Null;
    for group in file["groups"].as_array_mut().unwrap() {
        let rules = group["rules"].as_array_mut().unwrap();
        rules.retain(|rule| rule["alert"] == "PromiseBurnsFast");
        for rule in rules {
            rule["annotations"]
                .as_object_mut()
                .unwrap()
                .retain(|name, _| name == "summary" || name == "description");
            page = rule.clone();
        }
    }
    (file, page)
}

/// Ratios of four windows, what is left of the budget, what is known of its window; what the alert then says after its fixed
/// words.
struct Fed {
    ratios: [(&'static str, &'static str); 4],
    left: &'static str,
    known: &'static str,
    summary: &'static str,
    description: &'static str,
}

#[test]
fn what_an_alert_says() {
    if !has("promtool") {
        return;
    }
    let one = promise("a.shown", bad(vec![counter("x")], vec![counter("x_bad")]));
    assert_eq!(
        (one.objective.to_string().as_str(), one.window),
        ("99.9", t("28d")),
        "the numbers below are of this"
    );
    let model = model(vec![journey("checkout", vec![one])]);
    let (file, page) = pages(&model);
    let text = |name: &str| page["annotations"][name].as_str().unwrap().to_owned();
    let fixed = |name: &str| text(name).split("{{").next().unwrap().to_owned();
    let labels = page["labels"].as_object().unwrap();
    let own = r#"project="shop",journey="checkout",step="a",promise="shown""#;
    let cases = [
        // 0.4 of 0.1% of 28 days at 100%: 968 seconds. Both windows speak; the value is that of the hour.
        Fed {
            ratios: [("1h", "0.5"), ("5m", "1"), ("6h", "0.2"), ("30m", "0.9")],
            left: "0.4",
            known: "0.7",
            summary: "50% of requests were bad over 1h",
            description: "40% of the error budget is left, gone in 16m 7s at the rate of the last 5m. Nothing is known about 30% of the last 28d: \
                          it is assumed to be like the rest.",
        },
        // It is over by now: nothing is spent any more, and a hole below a hundredth isn't worth a sentence.
        Fed {
            ratios: [("1h", "0.06"), ("5m", "0"), ("6h", "0.2"), ("30m", "0.1")],
            left: "0.4",
            known: "0.995",
            summary: "20% of requests were bad over 6h",
            description: "40% of the error budget is left.",
        },
        // Nothing is left that could be gone.
        Fed {
            ratios: [("1h", "0.5"), ("5m", "1"), ("6h", "0.02"), ("30m", "0.9")],
            left: "-0.25",
            known: "1",
            summary: "50% of requests were bad over 1h",
            description: "-25% of the error budget is left.",
        },
    ];
    for case in cases {
        let mut series = vec![
            (format!("promise:budget_remaining{{{own}}}"), case.left),
            (format!("promise:age:ratio{{{own}}}"), "1"),
            (format!("promise:coverage:ratio{{{own}}}"), case.known),
            // Of another promise, which the texts have nothing to do with.
            (format!("promise:budget_remaining{{{}}}", own.replace("shown", "other")), "0.9"),
            (format!("promise:coverage:ratio{{{}}}", own.replace("shown", "other")), "0.1"),
        ];
        for (window, ratio) in case.ratios {
            series.push((format!("promise:error_ratio{{{own},window=\"{window}\"}}"), ratio));
            series.push((format!("promise:bad_events:increase{{{own},window=\"{window}\"}}"), "1000"));
        }
        let input: Vec<Value> = series
            .iter()
            .map(|(name, value)| json!({"series": name, "values": format!("{value}x10")}))
            .collect();
        let place = fixed("summary").split("{{").next().unwrap().to_owned();
        let test = json!({
            "rule_files": ["rules.yml"],
            "evaluation_interval": "30s",
            "group_eval_order": group_order(&emit(&model)).into_iter()
                .filter(|name| file["groups"].as_array().unwrap().iter().any(|g| g["name"] == name.as_str()))
                .collect::<Vec<_>>(),
            "tests": [{
                "interval": "30s",
                "input_series": input,
                "alert_rule_test": [{
                    "eval_time": "2m",
                    "alertname": "PromiseBurnsFast",
                    "exp_alerts": [{
                        "exp_labels": labels,
                        "exp_annotations": {
                            "summary": format!("{place}{}", case.summary),
                            "description": format!("{}{}", fixed("description"), case.description),
                        },
                    }],
                }],
            }],
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rules.yml"), serde_yaml::to_string(&file).unwrap()).unwrap();
        std::fs::write(folder.path().join("test.json"), test.to_string()).unwrap();
        let output = Command::new("promtool")
            .args(["test", "rules", "test.json"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}: {}", case.summary, said(&output));
    }
}
