//! SLI plugins whose queries are public: those of <https://github.com/slok/sloth-common-sli-plugins>, by what they ask for. A spec names the plugin
//! and its options; the queries are made here in words of our own, and what is taken for true says so.

use crate::import::objective::{Said, Sli};
use crate::import::reader::short;
use crate::ir::MatchOp;
use crate::promql;
use crate::promql::print::quote;

/// How a plugin takes the option `filter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    /// Any matchers, or none.
    Any,
    /// Labels with one value each, or none.
    Plain,
    /// The same, and there must be some.
    Required,
}

/// What a plugin counts.
#[derive(Clone, Copy, Debug)]
enum Counts {
    /// Events of a counter, and which of them are bad.
    Bad { metric: &'static str, function: &'static str, bad: &'static str },
    /// DNS answers of a counter; which of them are bad is an option.
    Codes { metric: &'static str },
    /// Events of a histogram above the bound of the option `bucket`. Some leave out errors where they are asked to.
    Slow { histogram: &'static str, errors: bool },
    /// Bad events of one counter, all events of another one.
    Two { bad: &'static str, all: &'static str },
    /// Failed events of a histogram, over all of them but those that are tried again.
    Retried { histogram: &'static str, failed: &'static str, again: (&'static str, &'static str) },
    /// Targets that are up.
    Targets,
}

/// A plugin: its id, its options that name what is measured, how it filters, matchers of its own, and what it counts.
struct Plugin {
    id: &'static str,
    /// An option that must be there, the label that it is matched with, and how.
    selects: &'static [(&'static str, &'static str, &'static str)],
    filter: Filter,
    own: &'static str,
    counts: Counts,
}

const fn plugin(id: &'static str, filter: Filter, counts: Counts) -> Plugin {
    Plugin { id, selects: &[], filter, own: "", counts }
}
const fn bad(metric: &'static str, bad: &'static str) -> Counts {
    Counts::Bad { metric, function: "rate", bad }
}
const fn slow(histogram: &'static str, errors: bool) -> Counts {
    Counts::Slow { histogram, errors }
}

/// Answers that ask the client to come again count as bad with most plugins.
const REFUSED_TOO: &str = r#"code=~"(5..|429)""#;
const ISTIO: &[(&str, &str, &str)] =
    &[("service", "destination_service_name", "="), ("namespace", "destination_service_namespace", "=")];
const BACKEND: &[(&str, &str, &str)] = &[("backend_regex", "backend", "=~")];
const SERVICE: &[(&str, &str, &str)] = &[("service_name_regex", "service", "=~")];
const CONTROLLER: &[(&str, &str, &str)] = &[("controller", "controller", "=")];

/// All that are known.
const PLUGINS: [Plugin; 20] = [
    plugin("coredns/availability", Filter::Any, Counts::Codes { metric: "coredns_dns_responses_total" }),
    plugin("coredns/latency", Filter::Any, slow("coredns_dns_request_duration_seconds", false)),
    plugin(
        "haproxy/frontend/availability",
        Filter::Any,
        bad("haproxy_frontend_http_responses_total", r#"code="5xx""#),
    ),
    Plugin {
        selects: ISTIO,
        ..plugin(
            "istio/v1/availability",
            Filter::Any,
            bad("istio_requests_total", r#"response_code=~"(5..|429)""#),
        )
    },
    Plugin {
        selects: ISTIO,
        ..plugin("istio/v1/latency", Filter::Any, slow("istio_request_duration_milliseconds", true))
    },
    plugin("kubernetes/apiserver/availability", Filter::Plain, bad("apiserver_request_total", REFUSED_TOO)),
    Plugin {
        own: r#"verb!="WATCH""#,
        ..plugin(
            "kubernetes/apiserver/latency",
            Filter::Plain,
            slow("apiserver_request_duration_seconds", false),
        )
    },
    Plugin {
        selects: CONTROLLER,
        ..plugin(
            "kubernetes/kooper/availability",
            Filter::Any,
            Counts::Retried {
                histogram: "kooper_controller_processed_event_duration_seconds",
                failed: r#"success="false""#,
                again: ("kooper_controller_queued_events_total", r#"requeue="true""#),
            },
        )
    },
    Plugin {
        selects: CONTROLLER,
        ..plugin(
            "kubernetes/kooper/latency",
            Filter::Any,
            slow("kooper_controller_processed_event_duration_seconds", false),
        )
    },
    Plugin {
        selects: CONTROLLER,
        ..plugin(
            "kubernetes/kooper/queue-congestion",
            Filter::Any,
            slow("kooper_controller_event_in_queue_duration_seconds", false),
        )
    },
    plugin(
        "kubernetes/nginx-ingress/availability",
        Filter::Plain,
        bad("nginx_ingress_controller_requests", r#"status=~"(5..|429)""#),
    ),
    Plugin {
        own: r#"direction="inbound""#,
        ..plugin(
            "linkerd/v2/availability",
            Filter::Required,
            Counts::Bad {
                metric: "response_total",
                function: "increase",
                bad: r#"classification="failure""#,
            },
        )
    },
    plugin(
        "prometheus/rules/eval-availability",
        Filter::Any,
        Counts::Two {
            bad: "prometheus_rule_evaluation_failures_total",
            all: "prometheus_rule_evaluations_total",
        },
    ),
    plugin("prometheus/targets/availability", Filter::Any, Counts::Targets),
    plugin(
        "slok-go-http-metrics/availability",
        Filter::Required,
        bad("http_request_duration_seconds_count", REFUSED_TOO),
    ),
    plugin("slok-go-http-metrics/latency", Filter::Required, slow("http_request_duration_seconds", true)),
    Plugin {
        selects: BACKEND,
        ..plugin("traefik/v1/availability", Filter::Any, bad("traefik_backend_requests_total", REFUSED_TOO))
    },
    Plugin {
        selects: BACKEND,
        ..plugin("traefik/v1/latency", Filter::Any, slow("traefik_backend_request_duration_seconds", true))
    },
    Plugin {
        selects: SERVICE,
        ..plugin(
            "traefik/v2/availability",
            Filter::Any,
            bad("traefik_service_requests_total", r#"code=~"(5..)""#),
        )
    },
    Plugin {
        selects: SERVICE,
        ..plugin("traefik/v2/latency", Filter::Any, slow("traefik_service_request_duration_seconds", true))
    },
];

/// What a plugin measures.
pub(super) struct Made {
    pub(super) sli: Sli,
    pub(super) assumed: Vec<String>,
    /// What is wrong with the options, and where.
    pub(super) findings: Vec<Said>,
}

/// The option that something is wrong with, if it is one, and why the plugin measures nothing.
type Refusal = (Option<&'static str>, String);

/// What a plugin measures; nothing where it isn't known.
pub(super) fn made(id: &Said, options: &[(String, Said)]) -> Result<Option<Made>, Refusal> {
    let name = id.text.as_str();
    let Some(rest) = name.strip_prefix("sloth-common/").or_else(|| name.strip_prefix("sloth_common/")) else {
        return Ok(None);
    };
    match rest {
        "noop" => {
            return Err((
                None,
                format!("the plugin `{name}` measures nothing: its share of bad events is always 0"),
            ));
        }
        "fake" => {
            return Err((None, format!("the plugin `{name}` measures nothing: it makes its numbers up")));
        }
        "linkerd/v2/latency" => {
            return Err((
                None,
                format!(
                    "the published query of the plugin `{name}` is not PromQL: it adds up samples over a time without a `rate`"
                ),
            ));
        }
        _ => {}
    }
    let Some(plugin) = PLUGINS.iter().find(|plugin| plugin.id == rest) else { return Ok(None) };
    let given = Given { plugin, options };
    let (error, total) = given.queries()?;
    let said = |text: String| Said { text, place: id.place.clone() };
    let mut assumed = vec![format!(
        "the plugin `{name}` makes its queries; they are taken from its published form, in slok/sloth-common-sli-plugins"
    )];
    if matches!(plugin.counts, Counts::Targets) {
        assumed.push("the plugin looks at `up` from time to time; here every sample counts".to_owned());
    }
    let sli = Sli::Events { error: said(error), total: said(total) };
    Ok(Some(Made { sli, assumed, findings: given.findings(name) }))
}

/// The matcher of an option that the plugin puts between quotes as it is: a backslash in it is one of PromQL's.
fn pasted(key: &'static str, before: &str, text: &str) -> Result<String, Refusal> {
    let made = format!("{before}\"{text}\"");
    if promql::parse(&format!("x{{{made}}}")).is_ok() {
        return Ok(made);
    }
    let why = format!(
        "the plugin puts the option `{key}` between quotes as it is, and what comes of it is not PromQL: in YAML's single quotes a backslash of a pattern is written twice"
    );
    Err((Some(key), why))
}

/// A plugin with its options.
struct Given<'o> {
    plugin: &'static Plugin,
    options: &'o [(String, Said)],
}

impl Given<'_> {
    fn option(&self, key: &str) -> Option<&Said> {
        self.options.iter().find(|(k, _)| k == key).map(|(_, said)| said).filter(|said| !said.text.is_empty())
    }
    fn needed(&self, key: &'static str) -> Result<&str, Refusal> {
        let text = self.option(key).map(|said| said.text.trim()).filter(|text| !text.is_empty());
        text.ok_or_else(|| (Some(key), format!("the plugin needs the option `{key}`")))
    }
    /// Bad events, and all events.
    fn queries(&self) -> Result<(String, String), Refusal> {
        let matchers = self.matchers()?;
        let with = |more: &str| {
            let all: Vec<&str> =
                matchers.iter().map(String::as_str).chain([more]).filter(|m| !m.is_empty()).collect();
            format!("{{{}}}", all.join(","))
        };
        let sum = |function: &str, series: String| format!("sum({function}({series}[{{{{.window}}}}]))");
        let all = with("");
        Ok(match self.plugin.counts {
            Counts::Bad { metric, function, bad } => {
                (sum(function, format!("{metric}{}", with(bad))), sum(function, format!("{metric}{all}")))
            }
            Counts::Codes { metric } => {
                let codes = match self.option("custom_rcode_regex").map(|said| said.text.trim()) {
                    None | Some("") => r#"rcode="SERVFAIL""#.to_owned(),
                    Some(pattern) => pasted("custom_rcode_regex", "rcode=~", pattern)?,
                };
                (sum("rate", format!("{metric}{}", with(&codes))), sum("rate", format!("{metric}{all}")))
            }
            Counts::Slow { histogram, errors } => {
                let bucket = self.needed("bucket")?;
                if bucket.parse::<f64>().is_err() {
                    return Err((Some("bucket"), "the option `bucket` must be a number".to_owned()));
                }
                let left_out = if errors && self.without_errors()? { r#"code!~"5..""# } else { "" };
                let within = [left_out.to_owned(), format!("le={}", quote(bucket))];
                let within =
                    within.iter().filter(|m| !m.is_empty()).map(String::as_str).collect::<Vec<_>>().join(",");
                let total = sum("rate", format!("{histogram}_count{}", with(left_out)));
                let quick = sum("rate", format!("{histogram}_bucket{}", with(&within)));
                (format!("{total} - {quick}"), total)
            }
            Counts::Two { bad, all: total } => {
                (sum("rate", format!("{bad}{all}")), sum("rate", format!("{total}{all}")))
            }
            Counts::Retried { histogram, failed, again } => {
                let tried = sum("rate", format!("{histogram}_count{all}"));
                let (metric, matcher) = again;
                let again = sum("rate", format!("{metric}{}", with(matcher)));
                (sum("rate", format!("{histogram}_count{}", with(failed))), format!("{tried} - {again}"))
            }
            Counts::Targets => {
                let (count, up) =
                    (sum("count_over_time", format!("up{all}")), sum("sum_over_time", format!("up{all}")));
                (format!("{count} - {up}"), count)
            }
        })
    }
    /// The matchers of all that is measured.
    fn matchers(&self) -> Result<Vec<String>, Refusal> {
        let mut made: Vec<String> = self.filter()?.into_iter().collect();
        for (key, label, op) in self.plugin.selects {
            made.push(pasted(key, &format!("{label}{op}"), self.needed(key)?)?);
        }
        if !self.plugin.own.is_empty() {
            made.push(self.plugin.own.to_owned());
        }
        Ok(made)
    }
    /// The option `filter`, as the plugin takes it.
    fn filter(&self) -> Result<Option<String>, Refusal> {
        let wrong = |why: &str| Err((Some("filter"), format!("the option `filter` {why}")));
        let text = match (self.option("filter"), self.plugin.filter) {
            (None, Filter::Required) => {
                return Err((Some("filter"), "the plugin needs the option `filter`".to_owned()));
            }
            (None, _) => return Ok(None),
            (Some(said), _) => said.text.trim_matches(['{', '}', ',']).trim(),
        };
        if text.is_empty() {
            return if self.plugin.filter == Filter::Any { Ok(None) } else { wrong("is empty") };
        }
        let expr = promql::parse(&format!("x{{{text}}}"));
        let selector = expr.as_ref().ok().and_then(|expr| expr.selector());
        let Some(selector) =
            selector.filter(|s| s.window.is_none() && s.shift.offset.is_none() && s.shift.at.is_none())
        else {
            return wrong("must be matchers of labels, such as `job=\"web\"`");
        };
        let plain = |m: &promql::ast::Matcher| {
            matches!(m.op, MatchOp::Equal | MatchOp::NotEqual)
                && !m.value.text.is_empty()
                && !m.value.text.contains(['=', ',', '"'])
        };
        if self.plugin.filter != Filter::Any && !selector.matchers.iter().all(plain) {
            return wrong(
                "is one that the plugin refuses: it takes labels with one value each, such as `job=\"web\"`",
            );
        }
        Ok(Some(text.to_owned()))
    }
    /// Are errors to be left out? As Go reads it.
    fn without_errors(&self) -> Result<bool, Refusal> {
        match self.option("exclude_errors").map(|said| said.text.as_str()) {
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
            None | Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
            Some(_) => {
                Err((Some("exclude_errors"), "the option `exclude_errors` must be true or false".to_owned()))
            }
        }
    }
    /// Options that the plugin doesn't know, and one that does nothing.
    fn findings(&self, name: &str) -> Vec<Said> {
        let own = |key: &str| match self.plugin.counts {
            Counts::Codes { .. } => key == "custom_rcode_regex",
            Counts::Slow { errors, .. } => key == "bucket" || errors && key == "exclude_errors",
            Counts::Bad { .. } | Counts::Two { .. } | Counts::Retried { .. } | Counts::Targets => false,
        };
        let selects = |key: &str| self.plugin.selects.iter().any(|(option, ..)| *option == key);
        let known = |key: &str| key == "filter" || own(key) || selects(key);
        let mut made: Vec<Said> = self
            .options
            .iter()
            .filter(|(key, _)| !known(key))
            .map(|(key, said)| Said {
                text: format!("the plugin `{name}` ignores the option `{}`", short(key)),
                ..said.clone()
            })
            .collect();
        if self.plugin.id.starts_with("istio/")
            && let (Some(said), Ok(true)) = (self.option("exclude_errors"), self.without_errors())
        {
            let text = format!(
                "the plugin `{name}` leaves errors out by the label `code`, which Istio's metrics do not have (it is `response_code`): nothing is left out"
            );
            made.push(Said { text, ..said.clone() });
        }
        made
    }
}
