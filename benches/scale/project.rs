//! A synthetic project of many promises, and the same promises as specs for a Sloth-compatible generator.
//!
//! Deterministic: everything follows from the journey's number. Each journey is a file with eight promises as people
//! write them: counters and histograms through indicators, split by region, selectors in place, a completion, slices
//! of three kinds, a composed promise, and the words that stand around them.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Promises in each journey.
pub(crate) const PER_JOURNEY: usize = 8;
/// Services with metrics of their own.
const SERVICES: usize = 40;
/// Journeys of one team.
const PER_TEAM: usize = 15;
const MINE: [&str; 8] = ["search", "browse", "compare", "order", "pay", "track", "return", "rate"];

/// Writes `slovo.yaml` and the `.slovo` files of so many promises.
pub(crate) fn write_slovo(folder: &Path, promises: usize) -> io::Result<()> {
    let journeys = promises.div_ceil(PER_JOURNEY);
    fs::create_dir_all(folder.join("journeys"))?;
    fs::write(folder.join("slovo.yaml"), "project: scale\nscrape_interval: 30s\nretention: 40d\n")?;
    fs::write(folder.join("people.slovo"), people(journeys.div_ceil(PER_TEAM)))?;
    fs::write(folder.join("catalogue.slovo"), catalogue())?;
    fs::write(folder.join("indicators.slovo"), indicators())?;
    for n in 0..journeys {
        fs::write(folder.join(format!("journeys/{}.slovo", id(n))), journey(n))?;
    }
    Ok(())
}

/// Writes one Sloth `prometheus/v1` spec per journey.
pub(crate) fn write_sloth(folder: &Path, promises: usize) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for n in 0..promises.div_ceil(PER_JOURNEY) {
        fs::write(folder.join(format!("{}.yaml", id(n))), sloth(n))?;
    }
    Ok(())
}

/// Writes what services expose: so many families of counters, histograms and gauges in turn.
pub(crate) fn write_metrics(file: &Path, families: usize) -> io::Result<()> {
    let mut out = String::new();
    for n in 0..families {
        let _ = match n % 3 {
            0 => writeln!(
                out,
                "# HELP app_{n}_requests_total Requests.\n# TYPE app_{n}_requests_total counter\n\
                 app_{n}_requests_total{{method=\"GET\",code=\"200\"}} {n}\n\
                 app_{n}_requests_total{{method=\"POST\",code=\"500\"}} 1"
            ),
            1 => writeln!(
                out,
                "# TYPE app_{n}_seconds histogram\napp_{n}_seconds_bucket{{le=\"0.1\"}} 1\napp_{n}_seconds_bucket{{le=\"1\"}} 2\n\
                 app_{n}_seconds_bucket{{le=\"+Inf\"}} 3\napp_{n}_seconds_sum 4\napp_{n}_seconds_count 3"
            ),
            _ => writeln!(out, "# TYPE app_{n}_queue_length gauge\napp_{n}_queue_length{{queue=\"a\"}} {n}"),
        };
    }
    fs::write(file, out)
}

/// Breaks one file in the middle: a misspelt statement and a bound that is no bucket.
pub(crate) fn break_one(folder: &Path, promises: usize) -> io::Result<()> {
    let path = folder.join(format!("journeys/{}.slovo", id(promises / PER_JOURNEY / 2)));
    let text = fs::read_to_string(&path)?;
    fs::write(
        path,
        text.replacen("urgency ticket", "urgencey ticket", 1).replacen("limit: 400ms", "limit: 410ms", 1),
    )
}

fn id(n: usize) -> String {
    format!("{}_{n:05}", MINE[n % MINE.len()])
}

fn people(teams: usize) -> String {
    let mut out = String::from("team support \"Customer support\"\nteam product \"Product management\"\n");
    for t in 0..teams {
        let _ = write!(
            out,
            r##"
team team_{t} "Team {t}" {{
  channel "#team-{t}"
  pages   "team-{t}-pager"
  tickets "team-{t}-tickets"
}}
policy careful_{t} "What team {t} does as the budget runs low" {{
  below 50% left tell team_{t} "Talk about it in the weekly review"
  below 20% left slow "Every release needs a second reviewer"
  when spent freeze "Only changes that users are waiting for" except "security fixes"
  incident costing 20% reviewed within 5d
  escalate to product
}}
playbook trouble_{t} {{
  responder team_{t}
  users hear from support
  first update within 15m, then every 30m
  say "Some pages are slow or empty. What you have ordered is safe."
  restore within 30m
  runbook "https://runbooks.example/team-{t}"
}}
"##
        );
    }
    out
}

fn catalogue() -> String {
    let mut out = String::new();
    for s in 0..SERVICES {
        let _ = write!(
            out,
            r#"
metric svc_{s}_requests_total: counter of requests {{
  labels route, method, region in "eu" | "us" | "ap",
         code in "200" | "201" | "302" | "400" | "404" | "422" | "429" | "500" | "502" | "503"
}}
metric svc_{s}_request_duration_seconds: histogram of seconds {{
  labels  route, method, region
  buckets 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.4, 0.5, 0.8, 1, 2.5, 5, 10
}}
metric svc_{s}_jobs_started_total: counter of jobs {{ labels queue }}
metric svc_{s}_jobs_finished_total: counter of jobs {{ labels queue, result in "ok" | "failed" }}
metric svc_{s}_queue_length: gauge of messages {{ labels queue }}
metric svc_{s}_last_run_timestamp_seconds: gauge of seconds {{ labels queue }}
"#
        );
    }
    out
}

fn indicators() -> String {
    let mut out = String::new();
    for s in 0..SERVICES {
        let _ = write!(
            out,
            r#"
indicator answered_{s}(route: string) {{
  total svc_{s}_requests_total{{route=$route, method=~"GET|POST"}}
  bad   where {{code=~"5.."}}
}}
indicator quick_{s}(route: string, limit: duration) {{
  total svc_{s}_request_duration_seconds{{route=$route, method=~"GET|POST"}}
  good  within $limit
}}
"#
        );
    }
    out
}

fn journey(n: usize) -> String {
    let (name, s, t) = (id(n), n % SERVICES, n / PER_TEAM);
    let verb = MINE[n % MINE.len()];
    let expect = 20_000 + 137 * (n % 400);
    let slice = match n % 3 {
        0 => format!(
            "keep for 99.5% of 5m slices over 28d\n      good when p95 of svc_{s}_request_duration_seconds{{route=\"/{verb}/{n}/state\"}} within 800ms"
        ),
        1 => format!(
            "keep for 99% of 5m slices over 28d\n      good when max of svc_{s}_queue_length{{queue=\"q{n}\"}} at most 100"
        ),
        _ => format!(
            "keep for 99% of 5m slices over 28d\n      good when age of newest svc_{s}_last_run_timestamp_seconds{{queue=\"q{n}\"}} at most 10m\n      silence is bad"
        ),
    };
    format!(
        r#"# Journey {n} of the synthetic project.
journey {name} "Get to {verb} number {n}" {{
  owner  team_{t}
  user   "Somebody who wants to {verb}"
  goal   "Comes to the end without worry and without trying twice"
  tier   {tier}
  review every 90d, last 2026-10-01
  agreed by product, support on 2026-10-01
  data   none
  budget policy careful_{t}
  playbook trouble_{t}

  step open "Open the page" {{
    if broken "The page stays empty or shows an error"
    served by "src/{verb}/**", "src/frontend/**"
    tested by "e2e/{verb}.spec.ts"
    promise shown "The page opens" {{
      keep for 99.9% of page views over 28d
      aim  for 99.95%
      expect {expect} per day
      measured by answered_{s}(route: "/{verb}/{n}")
      because measured "99.95% from July to September" on 2026-10-01
      blind to "Visitors whose request never reaches us"
    }}
    promise quick "The page opens without a wait" {{
      keep for 99% of page views over 28d
      measured by quick_{s}(route: "/{verb}/{n}", limit: 400ms)
      urgency ticket
      because guessed "No history yet" on 2026-10-01
    }}
  }}
  step choose "Choose" {{
    promise kept "What was chosen is kept" {{
      keep for 99.9% of choices over 28d
      for each region
      total svc_{s}_requests_total{{route="/{verb}/{n}/choose", method="POST"}}
      bad   where {{code=~"5..|429"}}
      because agreed "Below this, people write to support" on 2026-10-01
    }}
    promise instant "Choosing answers within 250 ms" {{
      keep for 99% of choices over 28d
      total svc_{s}_request_duration_seconds{{route="/{verb}/{n}/choose"}}
      good  within 250ms
      urgency ticket
      proxy for "the visitor sees it change" because "we time the server, not the page"
    }}
  }}
  step finish "Finish" {{
    critical
    if broken "People do not know whether it went through"
    promise accepted "It goes through the first time" {{
      keep for 99.5% of orders over 28d
      aim  for 99.9%
      expect {expect} per day
      measured by answered_{s}(route: "/{verb}/{n}/finish") where {{region=~"eu|us"}}
      because agreed "Below this, support tickets pile up" on 2026-10-01
      blind to "People who give up before they press the button"
    }}
    promise told "The confirmation is sent" {{
      keep for 99% of orders over 28d
      started  svc_{s}_jobs_started_total{{queue="q{n}"}}
      finished svc_{s}_jobs_finished_total{{queue="q{n}", result="ok"}} within 5m
      urgency ticket
    }}
    promise steady "The state is known in time" {{
      {slice}
      urgency ticket
      note "Looked at from inside"
    }}
  }}
  promise whole "Who starts comes to the end" {{
    keep for 99% of visits over 28d
    all of open.shown, finish.accepted
  }}
}}
"#,
        tier = 1 + n % 3
    )
}

fn sloth(n: usize) -> String {
    let (name, s, t) = (id(n), n % SERVICES, n / PER_TEAM);
    let verb = MINE[n % MINE.len()];
    let mut out =
        format!("version: \"prometheus/v1\"\nservice: \"{name}\"\nlabels:\n  owner: \"team_{t}\"\nslos:\n");
    let requests = format!("svc_{s}_requests_total");
    let seconds = format!("svc_{s}_request_duration_seconds");
    let by_code = |route: &str, more: &str| {
        let total = format!("sum(rate({requests}{{route=\"/{verb}/{n}{route}\"{more}}}[{{{{.window}}}}]))");
        (
            format!(
                "sum(rate({requests}{{route=\"/{verb}/{n}{route}\"{more}, code=~\"5..\"}}[{{{{.window}}}}]))"
            ),
            total,
        )
    };
    let by_time = |route: &str, le: &str| {
        let total = format!("sum(rate({seconds}_count{{route=\"/{verb}/{n}{route}\"}}[{{{{.window}}}}]))");
        (
            format!(
                "({total} - sum(rate({seconds}_bucket{{route=\"/{verb}/{n}{route}\", le=\"{le}\"}}[{{{{.window}}}}])))"
            ),
            total,
        )
    };
    let jobs = |result: &str| {
        let total = format!("sum(rate(svc_{s}_jobs_started_total{{queue=\"q{n}\"}}[{{{{.window}}}}]))");
        (
            format!(
                "({total} - sum(rate(svc_{s}_jobs_finished_total{{queue=\"q{n}\", result=\"{result}\"}}[{{{{.window}}}}])))"
            ),
            total,
        )
    };
    let list = [
        ("open-shown", "99.9", "The page opens", by_code("", ", method=~\"GET|POST\"")),
        ("open-quick", "99", "The page opens without a wait", by_time("", "0.4")),
        ("choose-kept", "99.9", "What was chosen is kept", by_code("/choose", ", method=\"POST\"")),
        ("choose-instant", "99", "Choosing answers within 250 ms", by_time("/choose", "0.25")),
        (
            "finish-accepted",
            "99.5",
            "It goes through the first time",
            by_code("/finish", ", region=~\"eu|us\""),
        ),
        ("finish-told", "99", "The confirmation is sent", jobs("ok")),
        ("finish-steady", "99.5", "The state is known in time", by_time("/state", "0.8")),
        ("whole", "99", "Who starts comes to the end", by_code("", "")),
    ];
    for (slo, objective, title, (bad, total)) in list {
        let _ = write!(
            out,
            r#"  - name: "{slo}"
    objective: {objective}
    description: "{title}"
    sli:
      events:
        error_query: '{bad}'
        total_query: '{total}'
    alerting:
      name: "{verb}{n}{slo}"
      labels:
        category: "availability"
      annotations:
        summary: "{title}"
        runbook: "https://runbooks.example/team-{t}"
      page_alert:
        labels:
          severity: page
      ticket_alert:
        labels:
          severity: ticket
"#
        );
    }
    out
}
