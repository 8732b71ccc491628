//! No input may panic, hang or run out of stack.

use super::{corpus, errors};
use slovo::promql;

/// A small generator of numbers, the same at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(n.max(1)).unwrap()).unwrap()
    }
}

const OWN: &[&str] = &[
    "sum by (job) (rate(x{code=~\"5..\"}[$range])) / ignoring(a) group_left(b) sum(y offset -5m)",
    "{\"my.metric\", a='b\\x41', c=`d`} @ 5 > bool 0x1F # words",
    "max_over_time((sum(rate(x[$range:30s])) > 0.5)[30d:5m] @ end())",
];
const PIECES: &[&str] = &[
    "(", ")", "{", "}", "[", "]", "[5m]", "$range", "\"", "'", "`", "\\", "#", "\n", "é", "🦀", "by", "on",
    "offset", "@", "sum(", "rate(", "-", "1_0", "0x", "5m", ":", ",", "=", "=~\"(\"", "!", "__name__",
    "\u{0}", "e+", ".",
];

fn everything(text: &str) {
    for error in errors(text) {
        assert!(text.get(error.range.clone()).is_some(), "{text:?}: {error}");
    }
    let _ = promql::render(text, "75s");
    let _ = promql::compact(text);
    let _ = promql::inject(text, &[("env", slovo::ir::MatchOp::Equal, "prod")], |_, _| true);
    if let Ok(expr) = promql::parse(text) {
        let _ = promql::output_labels(&expr);
        let _ = promql::looks_like_ratio(&expr);
        for found in promql::selectors(&expr) {
            assert!(text.get(found.expr.range.clone()).is_some(), "{text:?}");
        }
    }
}

#[test]
fn mutations() {
    let mut random = Random(0x5107_0000_0000_0001);
    let collected = corpus::lines().unwrap_or_default();
    let texts: Vec<&str> = OWN.iter().copied().chain(collected.iter().map(|(_, e)| e.as_str())).collect();
    for round in 0..10_000 {
        let mut text: Vec<char> = texts.get(round % texts.len()).unwrap().chars().collect();
        for _ in 0..=random.below(3) {
            let at = random.below(text.len() + 1);
            match random.below(4) {
                0 if at < text.len() => drop(text.remove(at)),
                1 => text.truncate(at),
                2 => drop(text.splice(at..at, PIECES[random.below(PIECES.len())].chars())),
                _ => {
                    let end = (at + random.below(8)).min(text.len());
                    let copy: Vec<char> = text[at..end].to_vec();
                    let to = random.below(text.len() + 1);
                    drop(text.splice(to..to, copy));
                }
            }
        }
        everything(&text.into_iter().collect::<String>());
    }
}

/// Threads of a pool have less stack than the main one: all must fit into 1 MB.
#[test]
fn depth() {
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let done = small.spawn(|| {
        for piece in [
            "(",
            "-",
            "[",
            "{",
            "sum(",
            "x[5m:",
            "a+",
            "a^",
            "x[5m:]",
            "a or (",
            "sum by (",
            "rate(",
            "x offset 5m ",
        ] {
            let text = piece.repeat(if piece.len() == 1 { 100_000 } else { 10_000 });
            assert!(!errors(&text).is_empty(), "{piece}");
            assert!(!errors(&(text.clone() + "x")).is_empty(), "{piece}");
            everything(&text);
        }
        for (open, close, most) in [
            ("(", ")", 99),
            ("-", "", 99),
            ("sum(", ")", 99),
            ("a^", "", 99),
            ("a+", "", 199),
            ("", "+a", 199),
            ("", "[5m:]", 199),
        ] {
            for levels in [50, 98, 99, 100, 101, 198, 199, 200, 201, 10_000] {
                let text = format!("{}x{}", open.repeat(levels), close.repeat(levels));
                everything(&text);
                let found = errors(&text);
                let deep = found.iter().any(|e| e.message.contains("nested too deeply"));
                assert_eq!(deep, levels > most, "{open}x{close} {levels}: {:?}", found.first());
            }
        }
    });
    done.unwrap().join().unwrap();
}
