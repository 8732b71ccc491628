//! What a page says in a real Prometheus while a total outage goes on: six hours of history, then three minutes of real time. Each
//! figure is held against the truth over the window that the text names.

use std::time::{Duration, Instant, SystemTime};

use crate::common::bed::Bed;
use crate::common::http::{self, Labels};
use crate::common::layers;
use crate::common::remote::{self, Sample};
use crate::common::said::{figure, seconds};
use crate::{printed, rule_texts, rules};

const SCRAPE: u64 = 15;
const WINDOW: &str = "30d";
/// Of each instance in a second; all of them fail from the outage on, and none before.
const PER_SECOND: f64 = 20.0;
const INSTANCES: [&str; 2] = ["a", "b"];
const HISTORY: f64 = 6.0 * 3600.0;
/// What is counted is a scrape and its timeout old, and was seen a moment after it was evaluated.
const OLD: f64 = (SCRAPE + 10 + 5) as f64;
/// How far a figure may be from the truth at any moment that it may be of.
const NEAR: f64 = 0.1;

/// What came in the outage that began `since` seconds ago.
struct Truth {
    since: f64,
}

impl Truth {
    /// Of all events within so many seconds.
    fn ratio(&self, within: f64) -> f64 {
        self.since.clamp(0.0, within) / within
    }
    fn bad(&self, within: f64) -> f64 {
        self.since.clamp(0.0, within) * PER_SECOND * INSTANCES.len() as f64
    }
    /// Of the window's budget at this rate of traffic.
    fn left(&self) -> f64 {
        1.0 - self.since.max(0.0) / (30.0 * 86_400.0 * 0.001)
    }
}

/// Raw samples of all series from one moment to another.
fn raw(from: f64, to: f64, outage: f64, start: f64) -> Vec<(Labels, Vec<Sample>)> {
    let mut list = Vec::new();
    for (number, instance) in INSTANCES.iter().enumerate() {
        let phase = 3.217 + 7.0 * number as f64;
        for code in ["200", "500"] {
            let labels = [
                ("__name__", "http_requests_total"),
                ("job", "shop"),
                ("instance", instance),
                ("code", code),
            ];
            let labels: Labels = labels.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let mut samples = Vec::new();
            let mut at = (from / SCRAPE as f64).floor() * SCRAPE as f64 + phase;
            while at < to {
                let (good, bad) = (at.min(outage) - start, (at - outage).max(0.0));
                let seconds = if code == "200" { good } else { bad };
                if at >= from {
                    samples.push(((at * 1000.0).round() as i64, (seconds * PER_SECOND).floor()));
                }
                at += SCRAPE as f64;
            }
            list.push((labels, samples));
        }
    }
    list
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

/// Measures and prints. Gives what is wrong.
pub fn run() -> Vec<String> {
    let mut bed = Bed::new();
    // Made before the moment at which it is evaluated up to: this takes some seconds.
    let cut = (now() / 30.0).floor() * 30.0 + 60.0;
    let start = cut - HISTORY;
    let outage = cut + 30.0;
    let mut text = bed.text();
    for (labels, samples) in raw(start, cut, outage, start) {
        let series = crate::common::bed::series(&labels["__name__"], &labels);
        for (at, value) in samples {
            text.sample(&series, at as f64 / 1000.0, value);
        }
    }
    bed.add(text);
    layers::evaluate(&mut bed, &rules("visit", SCRAPE, WINDOW), start, cut, &[]);
    bed.stop();
    for (number, text) in rule_texts("visit", SCRAPE, WINDOW).iter().enumerate() {
        std::fs::write(bed.folder().join(format!("{number}.yml")), text).unwrap();
    }
    let config = "global: {evaluation_interval: 30s}\nrule_files: ['*.yml']\n";
    std::fs::write(bed.folder().join("prometheus.yaml"), config).unwrap();
    std::thread::sleep(Duration::from_secs_f64((cut - now()).max(0.0)));
    let port = bed.port();
    let late = now() - cut;
    // All that is to come, at once: no evaluation reads what is younger than itself.
    let coming = raw(cut, cut + 900.0, outage, start);
    remote::write(port, coming.iter().map(|(labels, samples)| (labels, samples.as_slice())));

    println!(
        "\nlive, a total outage, evaluated by a Prometheus that started {late:.0} s after the last evaluation of its history:"
    );
    let mut wrong = Vec::new();
    let (_, worst) = printed(SCRAPE);
    let Some((fired, summary, description)) = page(port, outage, worst + 60.0) else {
        return vec!["live: no page".to_owned()];
    };
    println!("  a page after {:.0} s, printed: at worst {worst:.0} s", fired - outage);
    if fired - outage > worst + 1.0 {
        wrong.push("live: the page comes later than is printed".to_owned());
    }
    println!("  {summary}\n  {description}");
    let mut near = |what: &str, said: f64, truth: &dyn Fn(&Truth) -> f64| {
        let at = |moment: f64| truth(&Truth { since: moment - outage });
        let (one, other) = (at(fired), at(fired - OLD));
        let (least, most) = (one.min(other), one.max(other));
        println!("  {what}: said {said}, true {other:.4} to {one:.4}");
        if said < least - least.abs() * NEAR || said > most + most.abs() * NEAR {
            wrong.push(format!("live: {what}: {said} isn't within a tenth of {least} to {most}"));
        }
    };
    near("% bad of the last 5m", figure(&summary, "% of "), &|t| 100.0 * t.ratio(300.0));
    near("bad ones of the last 1h", figure(&summary, " in the last 1h"), &|t| t.bad(3600.0));
    let (_, why) = description.split_once(" over 30d. ").unwrap();
    let (_, window) = why.split_once(" over ").unwrap();
    let window = layers::seconds(window.split_once(':').unwrap().0);
    near("% bad over the window that spoke", figure(why, "% of "), &|t| 100.0 * t.ratio(window));
    near("% of the budget left", figure(why, "% of the error budget is left"), &|t| 100.0 * t.left());
    let (_, gone) = why.split_once("gone in ").unwrap();
    let gone = seconds(gone.split_once(" at the rate").unwrap().0);
    near("seconds until it is gone", gone, &|t| t.left() * 30.0 * 86_400.0 * 0.001 / t.ratio(300.0));
    wrong
}

/// When the page was seen to fire, its summary and its description.
fn page(port: u16, outage: f64, most: f64) -> Option<(f64, String, String)> {
    let begin = Instant::now();
    let most = Duration::from_secs_f64(most + (outage - now()).max(0.0));
    while begin.elapsed() < most {
        let text = http::wait(port, "/api/v1/alerts", |t| t.contains("\"alerts\""));
        let seen = now();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let fires = |alert: &&serde_json::Value| {
            alert["labels"]["alertname"] == "PromiseBurnsFast"
                && alert["labels"]["severity"] == "page"
                && alert["state"] == "firing"
        };
        if let Some(alert) = json["data"]["alerts"].as_array().unwrap().iter().find(fires) {
            let text = |name: &str| alert["annotations"][name].as_str().unwrap_or_default().to_owned();
            return Some((seen, text("summary"), text("description")));
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    None
}
