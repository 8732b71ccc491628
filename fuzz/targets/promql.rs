//! PromQL: read by itself, and as the query of an indicator.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slovo::promql;

fuzz_target!(|text: &str| {
    if let Ok(expr) = promql::parse(text) {
        promql::value_type(&expr);
        promql::output_labels(&expr);
        promql::looks_like_ratio(&expr);
        for selector in promql::selectors(&expr) {
            assert!(selector.metric().is_none_or(|(_, range)| text.get(range).is_some()));
        }
        // Less white space, and a range in place of `$range`: the same query.
        let short = promql::compact(text);
        assert!(promql::parse(&short).is_ok(), "`{short}` cannot be read");
        if promql::uses_range(&expr) {
            let filled = promql::render(text, "5m");
            assert!(promql::parse(&filled).is_ok(), "`{filled}` cannot be read");
        }
    }
    let query = text.replace("\"\"\"", "\" \"\"");
    let shop = slovo_fuzz::SHOP;
    let wanted = "      total http_requests_total{route=\"/\"}\n      bad   where {code=~\"5..\"}\n";
    let given = format!("      total promql \"\"\"rate(http_requests_total[$range])\"\"\"\n      bad promql \"\"\"{query}\"\"\"\n");
    assert!(shop.contains(wanted), "the example has changed");
    slovo_fuzz::build(&shop.replace(wanted, &given), "project: x\nretention: 100d\n");
});
