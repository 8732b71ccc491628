//! Every alert that is written can fire, and none fires at a burn rate of 1: 16 objectives from 50% to 99.999% over 12 windows
//! from a day to 90 days, each alert of each promise evaluated by promtool.

use super::build::*;
use super::tools::*;

const OBJECTIVES: &str = "50 75 80 85 90 92.5 95 97 98 99 99.5 99.9 99.95 99.99 99.995 99.999";
const DAYS: [u64; 12] = [1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 60, 90];

#[test]
fn every_alert_can_fire() {
    // A few at once: promtool refuses queries of more than 10,000 samples.
    let objectives: Vec<&str> = OBJECTIVES.split(' ').collect();
    let alerts: usize = objectives.chunks(2).map(sweep).sum();
    assert!(alerts > 650, "{alerts}");
    eprintln!("{alerts} alerts of {} promises", objectives.len() * DAYS.len());
}

fn sweep(objectives: &[&str]) -> usize {
    let mut list = Vec::new();
    for objective in objectives {
        for days in DAYS {
            let name = format!("a.p{}_{days}d", objective.replace('.', "_"));
            list.push(promise(&name, bad(vec![counter("x")], vec![counter("x_bad")])).with(|p| {
                p.objective = d(objective);
                p.window = slovo::value::Duration::from_days(days);
            }));
        }
    }
    let model = model(vec![journey("checkout", list)]);
    let mut case = Case::new();
    case.every = "5m";
    case.scrape = "5m";
    let mut expected = std::collections::BTreeSet::new();
    let mut alerts = 0;
    for (_, promise) in model.promises() {
        let name = &promise.path.promise;
        let labels = |window: &str| {
            format!(r#"{{project="shop",journey="checkout",step="a",promise="{name}",window="{window}"}}"#)
        };
        let explained = slovo::rules::explain(&model, promise).alerts;
        assert!(explained.iter().any(|a| a.name == "PromiseBurnsFast"), "{name} never pages");
        alerts += explained.len();
        let windows: std::collections::BTreeSet<_> =
            explained.iter().flat_map(|a| [a.long, a.short]).collect();
        // A total outage; then exactly what the budget allows, for long enough that nothing older is looked at.
        let burn_one = promise.error_budget().normalize();
        for window in windows {
            let (window, values) = (window.to_string(), format!("1x2 {burn_one}x8"));
            case = case.series(&format!("promise:error_ratio{}", labels(&window)), &values);
            case = case.series(&format!("promise:bad_events:increase{}", labels(&window)), "1000x10");
        }
        for alert in explained {
            expected.insert(format!(r#"{{alertname="{}", promise="{name}"}}"#, alert.name));
        }
    }
    // All tiers of one loudness are one alert.
    let query = r#"count by (alertname, promise) (ALERTS{alertstate="firing",alertname=~"PromiseBurns.*"})"#;
    let firing: Vec<(&str, &str)> = expected.iter().map(|l| (l.as_str(), "1")).collect();
    case.gives(query, "10m", &firing).gives(query, "45m", &[]).run(&model);
    alerts
}
