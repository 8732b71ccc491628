//! Metric sources: which engine a query is for, and the query.

use super::super::decompile;
use super::super::objective::Said;
use super::super::reader::{entries, find, given, short, word};
use super::{Cx, Kind};
use crate::config::tree::Node;

/// Where sources keep their query, the usual word first.
const QUERIES: [&str; 6] = ["query", "promql", "expr", "expression", "queryString", "metric"];

/// Does what is called so answer PromQL?
fn speaks_promql(name: &str) -> bool {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ["prometheus", "promql", "thanos", "mimir", "cortex", "victoriametrics"].iter().any(|w| plain.contains(w))
}

/// What a metric source gives.
pub(super) struct Query {
    pub(super) said: Said,
    /// Fields that nothing is made of.
    pub(super) left: Vec<String>,
}

/// The query of a metric: `good`, `total`, `thresholdMetric` ..; else where and why there is none.
pub(super) fn query<'n>(
    cx: &mut Cx<'_, '_>,
    metric: &'n Node,
    what: &str,
    assumed: &mut Vec<String>,
) -> Result<Query, (&'n Node, String)> {
    // v1 has a `metricSource`, v1alpha and v2alpha have its fields here.
    let source = given(metric, "metricSource").unwrap_or(metric);
    let place = format!("`{what}`");
    let is_v1 = find(metric, "metricSource").is_some();
    if is_v1 {
        cx.reader.known(metric, &place, &["metricSource"]);
        cx.reader.known(source, "`metricSource`", &["metricSourceRef", "type", "spec"]);
    } else {
        cx.reader.known(
            metric,
            &place,
            &[
                "source",
                "queryType",
                "query",
                "metadata",
                "dataSourceRef",
                "dataSourceSpec",
                "spec",
                "type",
                "metricSourceRef",
            ],
        );
    }
    let stated = ["type", "source"].iter().find_map(|key| word(source, key)).map(str::to_owned);
    let inline = given(source, "dataSourceSpec").and_then(|s| word(s, "type")).map(str::to_owned);
    let name = ["metricSourceRef", "dataSourceRef"].iter().find_map(|key| word(source, key));
    let object = name.and_then(|name| cx.object(Kind::DataSource, name));
    let by_object =
        object.and_then(|o| given(&o.node, "spec")).and_then(|s| word(s, "type")).map(str::to_owned);
    let kind = stated.or(inline).or(by_object);
    if let Some(kind) = &kind
        && !speaks_promql(kind)
    {
        return Err((
            source,
            format!(
                "`{what}` asks a data source of type `{}`: only queries in PromQL can be imported",
                short(kind)
            ),
        ));
    }
    let spec = given(source, "spec").unwrap_or(source);
    let Some((key, said)) = QUERIES.iter().find_map(|key| Some((*key, cx.reader.text(spec, key)?))) else {
        return Err((
            source,
            format!("`{what}` has no query: `query` or `promql` is looked for in its `spec`"),
        ));
    };
    if kind.is_none() {
        let shown = name.map(short);
        let readable = decompile::is_promql(&said.text);
        match shown {
            Some(name) if !readable && !speaks_promql(&name) => {
                return Err((
                    source,
                    format!(
                        "`{what}` asks the data source `{name}`, which is not in the input, and its query is not PromQL"
                    ),
                ));
            }
            Some(name) => {
                assumed.push(format!(
                    "the data source `{name}` is not in the input; it is taken for one that answers PromQL"
                ));
            }
            None if !readable => {
                return Err((source, format!("`{what}` names no data source, and its query is not PromQL")));
            }
            None => assumed.push("no data source is stated; the query is taken for PromQL".to_owned()),
        }
    }
    let free = !std::ptr::eq(spec, source);
    let left = entries(spec)
        .iter()
        .filter(|e| free && e.key != key && e.key != "queryType")
        .map(|e| short(&e.key))
        .collect();
    Ok(Query { said, left })
}
