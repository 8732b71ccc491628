//! Kinds that are whole projects: most of them without a mistake, so that every stage sees them.

use super::{Kind, kinds::promise, numbered};

/// Statements of a promise that needs no other measurement.
pub(super) const KEPT: &str =
    "keep for 99% of x over 28d\n total x_total\n bad where {code=~\"5..\"}\n urgency ticket\n";
const SHOP: &str = "team shop \"Shop\" {\n  tickets \"q\"\n}\nmetric x_total: counter of requests {\n  labels r, code, region, user_agent\n}\n";
const HISTOGRAM: &str =
    "metric h_seconds: histogram of seconds {\n labels r, code\n buckets 0.1, 0.5, 1\n}\n";

/// One journey `j` with statements.
pub(super) fn journey(text: &str) -> String {
    format!("{SHOP}{HISTOGRAM}journey j \"J\" {{\n  owner shop\n{text}}}\n")
}

/// One promise `j.p` with statements.
pub(super) fn in_promise(text: &str) -> String {
    journey(&format!("promise p \"P\" {{\n{text}}}\n"))
}

/// Files of so many bytes each, together the size.
fn files(size: usize, each: impl Fn(usize) -> String) -> Vec<(String, String)> {
    let mut all = vec![("shop.slovo".to_owned(), SHOP.to_owned())];
    let mut bytes = 0;
    for n in 0.. {
        if bytes >= size {
            break;
        }
        let text = each(n);
        bytes += text.len();
        all.push((format!("f{}/f{n}.slovo", n / 500), text));
    }
    all
}

pub(super) fn kinds(size: usize) -> Vec<Kind> {
    let many = move |part: &str| part.repeat(size / part.len() + 1);
    let count = move |bytes: usize| size / bytes;
    let letters = |n: usize| {
        // Three letters in the middle.
        let of = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
        format!("{}{}{}", of(n), of(n / 26), of(n / 676))
    };
    vec![
        Kind::new("many files", move || files(size, promise)),
        Kind::new("many files of one line", move || files(size, |n| format!("team t{n} \"T\" {{}}\n"))),
        Kind::new("many files of mistakes", move || {
            files(size, |_| "team shop \"T\" {\n zzz\n}\n".repeat(4))
        }),
        Kind::new("folders in folders", move || {
            vec![(format!("{}a.slovo", "d/".repeat(900)), SHOP.to_owned())]
        }),
        Kind::one("for each", move || {
            in_promise(&format!("{KEPT} for each {}code\n", numbered(size, |n| format!("l{n}, "))))
        }),
        Kind::one("promises for each", move || {
            journey(&numbered(size, |n| format!("promise p{n} \"P\" {{\n{KEPT} for each region, r\n}}\n")))
        }),
        Kind::one("metrics with one name", move || many("metric x_total: counter\n")),
        Kind::one("metrics", move || {
            format!("{SHOP}{}", numbered(size, |n| format!("metric m{n}_total: counter of x\n")))
        }),
        Kind::one("metrics with labels", move || {
            numbered(size, |n| {
                format!(
                    "metric m{n}: histogram of seconds {{\n labels a, b, c in \"1\" | \"2\"\n buckets 1, 2, 3\n}}\n"
                )
            })
        }),
        Kind::one("metrics part of each other", move || {
            numbered(size, |n| format!("metric m{n}: counter of x, part of m{}\n", n + 1))
        }),
        Kind::one("accepted warnings", move || {
            format!("{SHOP}{}team t \"T\" {{}}\n", many("# slovo: allow W0424 because x\n"))
        }),
        Kind::one("accepted warnings, one each", move || {
            format!(
                "{SHOP}{}",
                numbered(size, |n| format!("# slovo: allow W0401 because x\nteam t{n} \"T\" {{}}\n"))
            )
        }),
        Kind::one("a long comment", move || format!("{SHOP}# {}\n", many("word "))),
        Kind::one("comments in lists", move || {
            format!("metric x: counter {{\n labels {}z\n}}\n", many("a, # c\n"))
        }),
        Kind::one("blanks", move || format!("{SHOP}{}", many(" "))),
        Kind::one("empty lines", move || format!("{SHOP}{}", many("\n"))),
        Kind::one("lone carriage returns", move || format!("{SHOP}{}", many("\r"))),
        Kind::one("hidden characters", move || format!("{SHOP}{}", many("# \u{202e}x\u{200b}\n"))),
        Kind::one("controls", move || many("\0")),
        Kind::one("windows and objectives", move || {
            journey(&numbered(size, |n| {
                let body = KEPT.replace("99%", &format!("9{}.{:04}%", n % 10, n / 10 + 1));
                format!("promise p{n} \"P\" {{\n{}}}\n", body.replace("28d", &format!("{}d", n % 90 + 1)))
            }))
        }),
        Kind::one("promises of one journey", move || {
            journey(&numbered(size, |n| format!("promise p{n} \"P\" {{\n{KEPT}}}\n")))
        }),
        Kind::one("steps with promises", move || {
            journey(&numbered(size, |n| format!("step s{n} \"S\" {{\npromise p \"P\" {{\n{KEPT}}}\n}}\n")))
        }),
        Kind::one("a promise of all promises", move || {
            let promises = numbered(size / 2, |n| format!("promise p{n} \"P\" {{\n{KEPT}}}\n"));
            let n = promises.matches("promise").count();
            let members: Vec<String> = (0..n).map(|n| format!("j.p{n}")).collect();
            journey(&format!(
                "{promises}promise p \"P\" {{\nkeep for 9% of x over 28d\nall of {}\n}}\n",
                members.join(", ")
            ))
        }),
        Kind::one("composed of composed", move || {
            journey(&numbered(size, |n| {
                format!("promise p{} \"P\" {{\nkeep for 9% of x over 28d\nall of p{n}, p{n}\n}}\n", n + 1)
            }))
        }),
        Kind::one("members nearly right", move || {
            let promises = numbered(size / 2, |n| format!("promise p{}z \"P\" {{\n{KEPT}}}\n", letters(n)));
            let composed = numbered(size / 2, |n| {
                format!(
                    "promise c{n} \"P\" {{\nkeep for 9% of x over 28d\nall of p{}z\n}}\n",
                    letters(n).to_uppercase().to_lowercase() + "y"
                )
            });
            journey(&format!("{promises}{composed}"))
        }),
        Kind::one("indicators", move || {
            format!(
                "{SHOP}{}",
                numbered(size, |n| format!(
                    "indicator i{n} {{\ntotal x_total\nbad where {{code=~\"5..\"}}\n}}\n"
                ))
            )
        }),
        Kind::one("parameters", move || {
            format!(
                "{SHOP}indicator i({}z: string) {{\ntotal x_total{{r=$z}}\nbad where {{code=\"5\"}}\n}}\n",
                numbered(size, |n| format!("p{n}: string, "))
            )
        }),
        Kind::one("arguments", move || {
            let call = numbered(size, |n| format!("p{n}: \"x\", "));
            let indicator = "indicator i(z: string) {\ntotal x_total{r=$z}\nbad where {code=\"5\"}\n}\n";
            format!(
                "{indicator}{}",
                in_promise(&format!("keep for 9% of x over 28d\nmeasured by i({call}z: \"x\")\n"))
            )
        }),
        Kind::one("calls of one indicator", move || {
            let indicator = "indicator i(z: string) {\ntotal x_total{r=$z}\nbad where {code=\"5\"}\n}\n";
            let promises = numbered(size, |n| {
                format!("promise p{n} \"P\" {{\nkeep for 9% of x over 28d\nmeasured by i(z: \"{n}\")\n}}\n")
            });
            format!("{indicator}{}", journey(&promises))
        }),
        Kind::one("names three letters apart", move || {
            let teams: String =
                (0..count(44)).map(|n| format!("team t_{}_z \"T\" {{}}\n", letters(n))).collect();
            let uses: String = (0..count(60))
                .map(|n| {
                    format!(
                        "playbook p{n} {{ responder t_{}_z }}\n",
                        letters(n)
                            .to_uppercase()
                            .chars()
                            .rev()
                            .collect::<String>()
                            .to_lowercase()
                            .replace(['a', 'e'], "0")
                    )
                })
                .collect();
            format!("{teams}{uses}")
        }),
        Kind::one("metrics nearly right", move || {
            let metrics: String =
                (0..count(60)).map(|n| format!("metric m{}_total: counter\n", letters(n))).collect();
            let uses: String = (0..count(120))
                .map(|n| format!("indicator i{n} {{\ntotal m{}_totel\n}}\n", letters(n)))
                .collect();
            format!("{metrics}{uses}")
        }),
        Kind::one("metrics nearly right in a query", move || {
            let metrics: String =
                (0..count(60)).map(|n| format!("metric m{}_total: counter\n", letters(n))).collect();
            let uses = (0..count(60))
                .map(|n| format!("rate(m{}_totel[$range])", letters(n)))
                .collect::<Vec<_>>()
                .join(" + ");
            format!(
                "{metrics}{}",
                in_promise(&format!(
                    "keep for 9% of x over 28d\ntotal promql \"\"\"sum({uses})\"\"\"\nbad x_total\n"
                ))
            )
        }),
        Kind::one("labels nearly right", move || {
            let labels = (0..count(12)).map(|n| format!("l{}x", letters(n))).collect::<Vec<_>>().join(", ");
            let uses: String = (0..count(100))
                .map(|n| format!("indicator i{n} {{\ntotal y_total{{l{}y=\"1\"}}\n}}\n", letters(n)))
                .collect();
            format!("metric y_total: counter {{\n labels {labels}\n}}\n{uses}")
        }),
        Kind::one("values nearly right", move || {
            let values =
                (0..count(24)).map(|n| format!("\"v{}x\"", letters(n))).collect::<Vec<_>>().join(" | ");
            let uses: String = (0..count(100))
                .map(|n| format!("indicator i{n} {{\ntotal y_total{{l=\"v{}y\"}}\n}}\n", letters(n)))
                .collect();
            format!("metric y_total: counter {{\n labels l in {values}\n}}\n{uses}")
        }),
        Kind::one("patterns over many values", move || {
            let values =
                (0..count(24)).map(|n| format!("\"v{}x\"", letters(n))).collect::<Vec<_>>().join(" | ");
            let uses: String = (0..count(160))
                .map(|n| {
                    format!("indicator i{n} {{\ntotal y_total\nbad where {{l=~\"v.*{}x\"}}\n}}\n", letters(n))
                })
                .collect();
            format!("metric y_total: counter {{\n labels l in {values}\n}}\n{uses}")
        }),
        Kind::one("a sum of filters", move || {
            let terms: Vec<String> = (0..count(24)).map(|n| format!("x_total{{r=\"{n}\"}}")).collect();
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal {}\nbad where {{code=\"5\"}}\n",
                terms.join(" + ")
            ))
        }),
        Kind::one("a sum of patterns", move || {
            let terms: Vec<String> = (0..count(30)).map(|n| format!("x_total{{r=~\"a{n}.*b\"}}")).collect();
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal {}\nbad where {{code=\"5\"}}\n",
                terms.join(" + ")
            ))
        }),
        Kind::one("a sum of metrics", move || {
            let metrics: String =
                (0..count(60)).map(|n| format!("metric m{n}_total: counter of x\n")).collect();
            let terms: Vec<String> = (0..count(20)).map(|n| format!("m{n}_total")).collect();
            format!(
                "{metrics}{}",
                in_promise(&format!("keep for 9% of x over 28d\ntotal {}\nbad x_total\n", terms.join(" + ")))
            )
        }),
        Kind::one("bad events of many kinds", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal x_total\n{}",
                numbered(size, |n| format!("bad where {{code=\"{n}\"}}\n"))
            ))
        }),
        Kind::one("bad events of many patterns", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal x_total\n{}",
                numbered(size, |n| format!("bad where {{code=~\"{n}.*x\"}}\n"))
            ))
        }),
        Kind::one("bad in many ways", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal x_total\nbad {}where {{code=\"5\"}}\n",
                numbered(size, |n| format!("where {{r=~\"{n}.*x\"}} or "))
            ))
        }),
        Kind::one("bad by their duration in many ways", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal h_seconds\nbad {}where {{code=\"5\"}}\n",
                numbered(size, |n| format!("over 1s where {{r=~\"{n}.*x\"}} or "))
            ))
        }),
        Kind::one("matchers, 200 each", move || {
            let selector =
                |n: usize| (0..200).map(|m| format!("r!~\"a{n}b{m}.*\"")).collect::<Vec<_>>().join(", ");
            format!(
                "{SHOP}{}",
                numbered(size, |n| format!(
                    "indicator i{n} {{\ntotal x_total{{{}}}\nbad where {{code=\"5\"}}\n}}\n",
                    selector(n)
                ))
            )
        }),
        Kind::one("a long alternative", move || {
            format!(
                "{SHOP}indicator i {{\ntotal x_total{{r=~\"{}z\"}}\nbad where {{code=\"5\"}}\n}}\n",
                numbered(size, |n| format!("a{n}|"))
            )
        }),
        Kind::one("alternatives against values", move || {
            let values =
                (0..count(24)).map(|n| format!("\"v{}x\"", letters(n))).collect::<Vec<_>>().join(" | ");
            let pattern = numbered(size / 2, |n| format!("v{}x|", letters(n + 1)));
            format!(
                "metric y_total: counter {{\n labels l in {values}\n}}\nindicator i {{\ntotal y_total\nbad where {{l=~\"{pattern}z\"}}\n}}\n"
            )
        }),
        Kind::one("classes", move || {
            format!("{SHOP}indicator i {{\ntotal x_total{{r=~\"{}\"}}\n}}\n", many("[a-z]"))
        }),
        Kind::one("repetitions", move || {
            format!(
                "{SHOP}{}",
                numbered(size, |n| format!(
                    "indicator i{n} {{\ntotal x_total{{r=~\"([a-z]{{1,30}}){{30}}\"}}\nbad where {{r=~\"(.{{1,30}}){{31}}{n}\"}}\n}}\n"
                ))
            )
        }),
        Kind::one("a long matcher", move || {
            format!(
                "{SHOP}indicator i {{\ntotal x_total{{r=\"{}\"}}\nbad where {{code=\"5\"}}\n}}\n",
                many("x")
            )
        }),
        Kind::one("a metric of one long name", move || format!("metric \"{}\": counter\n", many("x."))),
        Kind::one("a long label", move || format!("metric x: counter {{ labels {} }}\n", many("x"))),
        Kind::one("one title", move || {
            numbered(size, |n| format!("journey j{n} \"One title\" {{\n owner shop\n}}\n")) + SHOP
        }),
        Kind::one("titles of people", move || {
            format!("{SHOP}{}", numbered(size, |n| format!("team t{n} \"T\" {{ labels a=\"1\" }}\n")))
        }),
        Kind::one("labels of a team", move || {
            format!("team shop \"S\" {{ labels {}z=\"1\" }}\n", numbered(size, |n| format!("l{n}=\"v\", ")))
        }),
        Kind::one("notes", move || journey(&many("  note \"x\"\n"))),
        Kind::one("numbers in a note", move || {
            in_promise(&format!("{KEPT} note \"{}\"\n", many("99.9% of 28d ")))
        }),
        Kind::one("addresses in a note", move || {
            in_promise(&format!("{KEPT} note \"{}\"\n", many("https://x.example/a?b ")))
        }),
        Kind::one("marks in a note", move || in_promise(&format!("{KEPT} note \"{}\"\n", many("<*_[`")))),
        Kind::one("actions in a note", move || in_promise(&format!("{KEPT} note \"{}\"\n", many("{{ x }}")))),
        Kind::one("a noun", move || {
            in_promise(&format!("keep for 99% of {}over 28d\n total x_total\n", many("a ")))
        }),
        Kind::one("served by", move || {
            journey(&format!(
                "step s \"S\" {{\n served by {}\"z\"\n}}\n",
                numbered(size, |n| format!("\"src/**/{n}/*\", "))
            ))
        }),
        Kind::one("agreed by", move || {
            journey(&format!(" agreed by {}shop on 2026-01-01\n", many("shop, ")))
        }),
        Kind::one("clauses", move || {
            format!(
                "{SHOP}policy c \"C\" {{\n{}}}\n",
                numbered(size, |n| format!(" below {}% left slow \"x\" except \"a\", \"b\"\n", n % 99 + 1))
            )
        }),
        Kind::one("playbooks", move || {
            format!(
                "{SHOP}{}",
                numbered(size, |n| format!("playbook p{n} {{\n responder shop\n say \"x\"\n}}\n"))
            )
        }),
        Kind::one("scenarios", move || {
            format!(
                "{}{}",
                in_promise(KEPT),
                numbered(size, |n| format!(
                    "scenario s{n} for j.p \"S\" {{\n normal for 1d, failing 100% for 1h\n expect ticket within 1h\n}}\n"
                ))
            )
        }),
        Kind::one("phases", move || {
            format!(
                "{}scenario s for j.p \"S\" {{\n {}normal for 1h\n expect ticket within 1h\n}}\n",
                in_promise(KEPT),
                many("normal for 1h, failing 50% for 10m, ")
            )
        }),
        Kind::one("expectations", move || {
            format!(
                "{}scenario s for j.p \"S\" {{\n normal for 1h, failing 50% for 1d\n{}}}\n",
                in_promise(KEPT),
                many(" expect ticket within 1h\n")
            )
        }),
        Kind::one("histograms with many bounds", move || {
            numbered(size, |n| {
                format!(
                    "metric m{n}: histogram of seconds {{\n buckets {}\n}}\n",
                    (1..200).map(|b| b.to_string()).collect::<Vec<_>>().join(", ")
                )
            })
        }),
        Kind::one("limits beside many bounds", move || {
            let bounds = numbered(size / 2, |n| format!("{}, ", n + 1));
            format!(
                "{SHOP}metric g_seconds: histogram of seconds {{\n buckets {bounds}9999999\n}}\n{}",
                numbered(size / 2, |n| format!(
                    "indicator i{n} {{\ntotal g_seconds\ngood within {}ms\n}}\n",
                    n * 1000 + 1500
                ))
            )
        }),
    ]
}
