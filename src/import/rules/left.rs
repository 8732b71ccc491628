//! What else rule files hold: nothing is passed over in silence.

use std::collections::{BTreeMap, BTreeSet};

use super::book::Book;
use super::burn::{compared, shares};
use super::constant::Constants;
use super::draft::families;
use super::{Rule, windows};
use crate::import::Read;
use crate::import::decompile::{self, Declarations, Histograms, Known};
use crate::import::nature::Natures;
use crate::import::objective::{Alerting, Objective, Said, Service, Sli, Tool, Values, Window};
use crate::import::report::Finding;
use crate::promql;
use crate::promql::ast::Expr;
use crate::promql::print::quote;
use crate::value::Decimal;
use crate::write::text;

/// Rules that are named one by one.
const SHOWN: usize = 6;

/// Lists the rules that no objective was made of; `unclear` are limits of alerts of which it isn't plain what is their budget.
pub(super) fn list(
    book: &Book<'_>,
    made: &BTreeSet<usize>,
    used: &BTreeSet<usize>,
    unclear: &BTreeMap<usize, String>,
    read: &mut Read,
) {
    let named: BTreeSet<&str> = named_by(book, used);
    let left: BTreeMap<usize, &Rule> = book
        .rules
        .iter()
        .enumerate()
        .filter(|(at, rule)| {
            let helps = !rule.is_alert() && named.contains(rule.name.text.as_str());
            !made.contains(at) && !used.contains(at) && !helps
        })
        .collect();
    misspelt(book, made, read);
    read.rules_left = left.len();
    let mut histograms = Histograms::new();
    for rule in book.rules {
        decompile::histograms(&rule.expr.text, &mut histograms);
    }
    let hints = Hints { book, histograms, natures: read.natures.clone() };
    let mut shown: BTreeSet<usize> = BTreeSet::new();
    for (family, list) in families(book) {
        let list: Vec<usize> = list.iter().map(|one| one.rule).filter(|at| left.contains_key(at)).collect();
        let Some(first) = list.first().and_then(|at| left.get(at)) else { continue };
        if let Some(text) = hints.recorded(first, &family, list.len() - 1) {
            read.near.push(Finding { place: first.name.place.clone(), text });
            shown.extend(list);
        }
    }
    for (at, rule) in left.iter().filter(|(_, rule)| rule.is_alert()) {
        let limit = unclear.get(at).map(|limit| {
            format!(
                "`{}` has the limit `{}`, which is not one burn rate times one budget: how much may fail is not plain; write it as `14.4 * 0.001` or `14.4 * (1 - 0.999)`, and it is a promise",
                rule.name.text,
                limit.chars().take(200).collect::<String>()
            )
        });
        if let Some(text) = limit.or_else(|| hints.alert(rule)) {
            read.near.push(Finding { place: rule.name.place.clone(), text });
            shown.insert(*at);
        }
    }
    let mut others: BTreeMap<(&str, bool), Vec<&Rule>> = BTreeMap::new();
    for (_, rule) in left.iter().filter(|(at, _)| !shown.contains(at)) {
        others.entry((&rule.name.place.file, rule.is_alert())).or_default().push(rule);
    }
    for ((_, alerts), list) in others {
        let Some(first) = list.first() else { continue };
        read.left.push(Finding { place: first.name.place.clone(), text: folded(&list, alerts) });
    }
}

/// `alerts: KubeJobFailed (line 222), .. and 40 more`
fn folded(list: &[&Rule], alerts: bool) -> String {
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in list {
        let name = rule.name.text.as_str();
        let at = *known.entry(name).or_insert(lines.len());
        if at == lines.len() {
            lines.push((name, Vec::new()));
        }
        if let Some((_, of)) = lines.get_mut(at) {
            of.push(rule.name.place.line.to_string());
        }
    }
    let shown: Vec<String> = lines
        .iter()
        .take(SHOWN)
        .map(|(name, at)| {
            let word = if at.len() == 1 { "line" } else { "lines" };
            format!("`{}` ({word} {})", name.chars().take(80).collect::<String>(), at.join(", "))
        })
        .collect();
    let counted: usize = lines.iter().take(SHOWN).map(|(_, at)| at.len()).sum();
    let more = list.len() - counted;
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let kind = match (alerts, list.len()) {
        (true, 1) => "alert",
        (true, _) => "alerts",
        (false, 1) => "recording",
        (false, _) => "recordings",
    };
    format!("{} {kind}: {}{more}", list.len(), shown.join(", "))
}

/// Names that the rules in use name.
fn named_by<'r>(book: &Book<'r>, used: &BTreeSet<usize>) -> BTreeSet<&'r str> {
    let known: BTreeSet<&'r str> = book.names().collect();
    let mut made = BTreeSet::new();
    for rule in used.iter().filter_map(|at| book.rules.get(*at)) {
        let Ok(expr) = promql::parse(&rule.expr.text) else { continue };
        for found in promql::selectors(&expr) {
            if let Some(name) = found.metric().and_then(|(name, _)| known.get(name)) {
                made.insert(*name);
            }
        }
    }
    made
}

/// Comparisons of names, at most.
const MOST: usize = 200_000;

/// Recorded series that nothing records, and one of nearly that name is recorded.
fn misspelt(book: &Book<'_>, made: &BTreeSet<usize>, read: &mut Read) {
    let known: BTreeSet<&str> = book.names().collect();
    let mut asked: BTreeMap<String, &Rule> = BTreeMap::new();
    for (_, rule) in book.rules.iter().enumerate().filter(|(at, _)| !made.contains(at)) {
        let Ok(expr) = promql::parse(&rule.expr.text) else { continue };
        for found in promql::selectors(&expr) {
            if let Some((name, _)) =
                found.metric().filter(|(name, _)| name.contains(':') && !known.contains(name))
            {
                asked.entry(name.to_owned()).or_insert(rule);
            }
        }
    }
    if asked.len().saturating_mul(known.len()) > MOST {
        return;
    }
    let split = |name: &str| {
        windows::named(name).map_or((name.to_owned(), None), |(stem, l)| (stem.to_owned(), Some(l)))
    };
    for (name, rule) in asked {
        let (stem, length) = split(&name);
        let near = known.iter().find(|other| {
            let (other, own) = split(other);
            own == length && stem.len() > 6 && strsim::osa_distance(&stem, &other) <= 2
        });
        if let Some(near) = near {
            let text = format!("nothing records `{name}`; `{near}` is meant?");
            read.findings.push(Finding { place: rule.expr.place.clone(), text });
        }
    }
}

/// How a rule would be a promise.
struct Hints<'b, 'r> {
    book: &'b Book<'r>,
    histograms: Histograms,
    natures: Natures,
}

impl Hints<'_, '_> {
    /// A measurement in the language, where it is one of events that the language has words for.
    fn said(&self, sli: Sli) -> Option<(String, Vec<String>)> {
        let said = sli.said().clone();
        let objective = Objective {
            tool: Tool::Rules,
            service: Service::named(said.clone()),
            name: said,
            part: None,
            title: None,
            description: None,
            percent: "99".to_owned(),
            window: Window::Unstated,
            sli,
            recorded: None,
            unfollowed: None,
            values: Values::Written,
            slices: None,
            alerting: Alerting::default(),
            owner: None,
            labels: Vec::new(),
            assumed: Vec::new(),
            lost: Vec::new(),
        };
        let declared = Declarations::new();
        let known = Known { histograms: &self.histograms, declared: &declared, natures: &self.natures };
        let made = decompile::measure(&objective, &known).ok()?;
        // A part of other events is not known to be one.
        let sure = made.escaped.is_none() && made.uses.iter().all(|used| used.part_of.is_none());
        sure.then_some((made.of, made.statements))
    }
    fn ratio(&self, rule: &Rule, family: &str, good: bool) -> Option<(String, Vec<String>)> {
        self.said(Sli::Ratio {
            query: Said { text: family.to_owned(), place: rule.name.place.clone() },
            good,
        })
    }
    /// A recorded share that no alert holds against a budget.
    fn recorded(&self, rule: &Rule, family: &str, more: usize) -> Option<String> {
        let expr = promql::parse(family).ok().filter(|e| promql::looks_like_ratio(e).is_some())?;
        let name = rule.name.text.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let bad = says(&["error", "fail", "bad", "burn", "slow"]);
        // `1 - bad / total` and `good / total` look alike: the name decides.
        let good = says(&["avail", "success", "good", "ok", "uptime"])
            || expr.binary().is_some_and(|b| b.left.number() == Some(1.0));
        let (of, statements) = self.ratio(rule, family, good && !bad)?;
        let more = match more {
            0 => String::new(),
            1 => " and 1 more of it".to_owned(),
            more => format!(" and {more} more of it"),
        };
        let known = bad != good;
        let statements = if known { statements } else { statements.into_iter().take(1).collect() };
        Some(format!(
            "`{}`{more} records a share of {of}, and no alert holds it against a budget; with an objective it is a promise: {}",
            rule.name.text,
            shown(&format!("keep for ..% of {of}"), &statements)
        ))
    }
    fn alert(&self, rule: &Rule) -> Option<String> {
        let expr = promql::parse(&rule.expr.text).ok()?;
        let text = rule.expr.text.as_str();
        let (share, limit, good) = compared(self.book, text, expr.bare())?;
        if let Some(said) = self.quantile(rule, share, limit, good) {
            return Some(said);
        }
        let found = shares(self.book, text.get(share.range.clone())?).ok()?;
        let [Ok(one)] = found.as_slice() else { return None };
        let (family, _) = windows::family(&one.followed.text).ok()?;
        let (of, statements) = self.ratio(rule, &family, good)?;
        Some(format!(
            "`{}` has a limit, which says when to alert, not how many {of} may fail; with an objective it is a promise: {}",
            rule.name.text,
            shown(&format!("keep for ..% of {of}"), &statements)
        ))
    }
    /// `histogram_quantile(0.99, ..) > 1` is 99% within 1s, at each moment.
    fn quantile(&self, rule: &Rule, value: &Expr, limit: &Expr, low: bool) -> Option<String> {
        if low {
            return None;
        }
        let text = rule.expr.text.as_str();
        let followed = self.book.follow(text.get(value.range.clone())?).ok()?;
        let [Ok(one)] = followed.as_slice() else { return None };
        let labels = BTreeMap::new();
        let limit = Constants { book: self.book, text, labels: &labels }.value(limit)?;
        let expr = promql::parse(&one.text).ok()?;
        let call = expr.call().filter(|call| call.name.text == "histogram_quantile")?;
        let [quantile, of] = call.args.as_slice() else { return None };
        let q = Constants { book: self.book, text: &one.text, labels: &labels }.value(quantile)?;
        let percent = text::number(q.checked_mul(Decimal::ONE_HUNDRED)?)?;
        let selectors = promql::selectors(of);
        let [only] = selectors.as_slice() else { return None };
        let base = only.metric()?.0.strip_suffix("_bucket")?.to_owned();
        let by: Vec<&str> = of
            .aggregate()
            .and_then(|a| a.grouping.as_ref())
            .filter(|g| !g.without)
            .map(|g| g.labels.iter().map(|l| l.text.as_str()).filter(|l| *l != "le").collect())
            .unwrap_or_default();
        let matchers: Vec<String> = only
            .matchers()
            .iter()
            .filter(|m| m.label.text != "__name__")
            .map(|m| format!("{}{}{}", m.label.text, m.op.as_str(), quote(&m.value.text)))
            .collect();
        let rate = |name: &str, more: &str| {
            let all = matchers.iter().map(String::as_str).chain((!more.is_empty()).then_some(more));
            let all = all.collect::<Vec<_>>().join(",");
            let text = format!("sum by ({}) (rate({base}{name}{{{all}}}[$range]))", by.join(", "));
            Said { text, place: rule.name.place.clone() }
        };
        let good = rate("_bucket", &format!("le=\"{}\"", limit.normalize()));
        let (of, statements) = self.said(Sli::Success { good, total: rate("_count", "") })?;
        Some(format!(
            "`{}` has a limit for a quantile, which says when to alert; a promise says the same of weeks: {}",
            rule.name.text,
            shown(&format!("keep for {percent}% of {of}"), &statements)
        ))
    }
}

fn shown(keep: &str, statements: &[String]) -> String {
    let all: Vec<String> = std::iter::once(keep.to_owned())
        .chain(statements.iter().cloned())
        .map(|s| format!("`{s}`"))
        .collect();
    all.join(", ")
}
