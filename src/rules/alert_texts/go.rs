//! Go's templates, as far as Prometheus judges them when it loads rules: actions closed, their pipelines readable, functions and
//! `$` variables known, `if`, `range`, `with` and `end` matched. A file with one mistake is refused as a whole.

use std::iter::Peekable;
use std::str::Chars;

/// Go's own functions and those of Prometheus 2.42, which newer ones have too.
const FUNCTIONS: &[&str] = &[
    "and",
    "args",
    "call",
    "eq",
    "externalURL",
    "first",
    "ge",
    "graphLink",
    "gt",
    "html",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "index",
    "js",
    "label",
    "le",
    "len",
    "lt",
    "match",
    "ne",
    "not",
    "or",
    "parseDuration",
    "pathPrefix",
    "print",
    "printf",
    "println",
    "query",
    "reReplaceAll",
    "safeHtml",
    "slice",
    "sortByLabel",
    "stripDomain",
    "stripPort",
    "strvalue",
    "tableLink",
    "title",
    "toLower",
    "toTime",
    "toUpper",
    "urlquery",
    "value",
];
/// What vmalert has besides.
const VMALERT: &[&str] = &[
    "crlfEscape",
    "formatTime",
    "htmlEscape",
    "jsonEscape",
    "now",
    "parseDurationTime",
    "pathEscape",
    "queryEscape",
    "quotesEscape",
    "toDuration",
];
/// Variables that Prometheus declares.
const VARIABLES: &[&str] = &["$", "$labels", "$externalLabels", "$externalURL", "$value"];
/// What vmalert declares besides.
const VMALERT_VARIABLES: &[&str] = &["$expr", "$for", "$groupID", "$alertID", "$activeAt", "$type"];
/// Parentheses in parentheses and blocks in blocks.
const DEEPEST: usize = 100;

/// Reads a template; says what the engine would refuse.
pub fn check(text: &str, vmalert: bool) -> Result<(), String> {
    let mut variables: Vec<String> = VARIABLES.iter().map(|v| (*v).to_owned()).collect();
    if vmalert {
        variables.extend(VMALERT_VARIABLES.iter().map(|v| (*v).to_owned()));
    }
    let mut blocks = Blocks { open: Vec::new(), variables, vmalert };
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let trimmed = after.strip_prefix('-').filter(|t| t.starts_with([' ', '\t', '\r', '\n']));
        let inside = trimmed.unwrap_or(after);
        if let Some(comment) = inside
            .trim_start_matches([' ', '\t', '\r', '\n'])
            .strip_prefix("/*")
            .filter(|_| trimmed.is_some() || inside.starts_with("/*"))
        {
            let Some((_, end)) = comment.split_once("*/") else {
                return Err("a comment is never closed".to_owned());
            };
            let plain = end.strip_prefix("}}");
            let dashed = end.strip_prefix([' ', '\t', '\r', '\n']).and_then(|e| e.strip_prefix("-}}"));
            rest = plain.or(dashed).ok_or("a comment is alone between its braces")?;
            continue;
        }
        let (tokens, behind) = tokens(inside)?;
        blocks.action(&tokens)?;
        rest = behind;
    }
    match blocks.open.last() {
        None => Ok(()),
        Some(block) => Err(format!("`{{{{ {} }}}}` has no `{{{{ end }}}}`", block.word)),
    }
}

/// A part of an action.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A blank.
    Space,
    /// `humanize`, `if`
    Word(String),
    /// `$labels`
    Variable(String),
    /// `.region`
    Field,
    /// `.`
    Dot,
    /// A number, a text, a character.
    Literal,
    /// A text, which templates are named by.
    Text,
    /// `(`, `)`, `|`, `,`
    Mark(char),
    /// `:=`, `=`
    Assign(bool),
}

/// The tokens of an action, and what is behind its `}}`.
fn tokens(text: &str) -> Result<(Vec<Token>, &str), String> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or("");
        if let Some(behind) = rest.strip_prefix("}}") {
            return Ok((found, behind));
        }
        let Some(c) = chars.next() else { return Err("a `{{` is not closed".to_owned()) };
        at += c.len_utf8();
        let here = text.get(at..).unwrap_or("");
        match c {
            ' ' | '\t' | '\r' | '\n' => {
                if let Some(behind) = here.strip_prefix("-}}") {
                    return Ok((found, behind));
                }
                found.push(Token::Space);
            }
            '"' | '`' | '\'' => {
                let length = quoted(here, c)?;
                found.push(if c == '\'' { Token::Literal } else { Token::Text });
                skip(&mut chars, &mut at, here, length);
            }
            '(' | ')' | '|' | ',' => found.push(Token::Mark(c)),
            ':' if here.starts_with('=') => {
                found.push(Token::Assign(true));
                skip(&mut chars, &mut at, here, 1);
            }
            '=' => found.push(Token::Assign(false)),
            '.' if !here.starts_with(|c: char| c.is_ascii_digit()) => {
                let name = word(here);
                found.push(if name == 0 { Token::Dot } else { Token::Field });
                skip(&mut chars, &mut at, here, name);
                ended(text, at)?;
            }
            '$' => {
                let name = word(here);
                found.push(Token::Variable(format!("${}", here.get(..name).unwrap_or(""))));
                skip(&mut chars, &mut at, here, name);
                ended(text, at)?;
            }
            '+' | '-' | '.' | '0'..='9' => {
                let start = at - 1;
                let length =
                    here.find(|c: char| !(c.is_alphanumeric() || "._+-".contains(c))).unwrap_or(here.len());
                let length = number(text.get(start..at + length).unwrap_or(""))?;
                found.push(Token::Literal);
                skip(&mut chars, &mut at, here, length - 1);
            }
            c if c.is_alphabetic() || c == '_' => {
                let start = at - c.len_utf8();
                let more = word(here);
                skip(&mut chars, &mut at, here, more);
                found.push(Token::Word(text.get(start..at).unwrap_or("").to_owned()));
                ended(text, at)?;
            }
            c => return Err(format!("`{c}` has no meaning in an action")),
        }
    }
}

/// Goes on by so many bytes.
fn skip(chars: &mut Peekable<Chars<'_>>, at: &mut usize, here: &str, bytes: usize) {
    for _ in here.get(..bytes).unwrap_or("").chars() {
        chars.next();
    }
    *at += bytes;
}

/// Bytes of letters, digits and `_`.
fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// A word ends where a mark of the language or a blank is.
fn ended(text: &str, at: usize) -> Result<(), String> {
    let rest = text.get(at..).unwrap_or("");
    match rest.chars().next() {
        None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | '(' | ')') => Ok(()),
        _ if rest.starts_with("}}") => Ok(()),
        Some(c) => Err(format!("`{c}` stands in a word")),
    }
}

/// The length of a number in Go's notations.
fn number(text: &str) -> Result<usize, String> {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = bare.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(bare.len());
    let plain = bare.get(..digits).unwrap_or("");
    let rest = bare.get(digits..).unwrap_or("");
    let fine = plain.bytes().filter(|b| *b == b'.').count() <= 1
        && plain.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && plain.bytes().any(|b| b.is_ascii_digit())
        && !plain.contains('_');
    let exponent = rest.strip_prefix(['e', 'E']).map(|r| r.strip_prefix(['+', '-']).unwrap_or(r));
    let whole =
        rest.is_empty() || exponent.is_some_and(|e| !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit()));
    // `012` is octal in Go, `08` nothing.
    let octal = plain.len() > 1 && plain.starts_with('0') && !plain.contains('.') && rest.is_empty();
    if fine && whole && !(octal && plain.contains(['8', '9'])) {
        Ok(text.len())
    } else {
        Err(format!("`{text}` is not a number"))
    }
}

/// The length of a text up to and with its closing quote.
fn quoted(text: &str, quote: char) -> Result<usize, String> {
    let mut escaped = false;
    let mut letters = 0;
    for (at, c) in text.char_indices() {
        match c {
            '\n' if quote != '`' => break,
            _ if c == quote && !escaped => {
                let body = text.get(..at).unwrap_or("");
                if quote == '\'' && letters != 1 || quote != '`' && !escapes_hold(body, quote) {
                    return Err("a text with an escape that Go does not read".to_owned());
                }
                return Ok(at + 1);
            }
            _ => {}
        }
        letters += usize::from(!escaped);
        escaped = c == '\\' && !escaped && quote != '`';
    }
    Err("a text in an action is never closed".to_owned())
}

/// Are all escapes Go's?
fn escapes_hold(body: &str, quote: char) -> bool {
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            continue;
        }
        let digits = match chars.next() {
            Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\') => continue,
            Some(c) if c == quote => continue,
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some('0'..='3') if chars.by_ref().take(2).filter(|c| ('0'..='7').contains(c)).count() == 2 => {
                continue;
            }
            _ => return false,
        };
        if chars.by_ref().take(digits).filter(char::is_ascii_hexdigit).count() != digits {
            return false;
        }
    }
    true
}

/// A block that is open.
struct Block {
    word: &'static str,
    /// `else` was seen.
    otherwise: bool,
    /// How many variables were known before it.
    known: usize,
}

/// What is open, and what is known.
struct Blocks {
    open: Vec<Block>,
    variables: Vec<String>,
    vmalert: bool,
}

impl Blocks {
    fn action(&mut self, tokens: &[Token]) -> Result<(), String> {
        let tokens = trim(tokens);
        let Some(first) = tokens.first() else { return Err("an action is empty".to_owned()) };
        let rest = tokens.get(1..).unwrap_or_default();
        let Token::Word(keyword) = first else { return self.pipeline(tokens, Declares::One, 0) };
        match keyword.as_str() {
            "if" => self.begin("if", rest),
            "with" => self.begin("with", rest),
            "range" => self.begin("range", rest),
            "end" => {
                let closed = self.open.pop().ok_or("an `{{ end }}` ends nothing")?;
                self.variables.truncate(closed.known);
                nothing_more("end", rest)
            }
            "else" => {
                let block = self.open.last_mut().filter(|b| !b.otherwise && b.word != "define");
                let block = block.ok_or("an `{{ else }}` belongs to no `if`, `range` or `with`")?;
                self.variables.truncate(block.known);
                match trim(rest) {
                    [] => block.otherwise = true,
                    [Token::Word(word), condition @ ..] if word == "if" && block.word == "if" => {
                        return self.pipeline(trim(condition), Declares::One, 0);
                    }
                    _ => return Err("behind `else` stands `if`, or nothing".to_owned()),
                }
                Ok(())
            }
            "break" | "continue" => {
                if !self.open.iter().any(|b| b.word == "range") {
                    return Err(format!("`{keyword}` stands in a `range`"));
                }
                nothing_more(keyword, rest)
            }
            "template" => match trim(rest) {
                [Token::Text] => Ok(()),
                [Token::Text, rest @ ..] => self.pipeline(trim(rest), Declares::One, 0),
                _ => Err("`template` takes the name of a template in quotes".to_owned()),
            },
            "block" | "define" => {
                Err(format!("`{keyword}` declares a template, which an annotation has no use for"))
            }
            _ => self.pipeline(tokens, Declares::One, 0),
        }
    }
    fn begin(&mut self, word: &'static str, condition: &[Token]) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err("blocks are nested too deeply".to_owned());
        }
        let known = self.variables.len();
        let declares = if word == "range" { Declares::Two } else { Declares::One };
        self.pipeline(trim(condition), declares, 0)?;
        self.open.push(Block { word, otherwise: false, known });
        Ok(())
    }
    /// `$x := first | second arg`
    fn pipeline(&mut self, tokens: &[Token], declares: Declares, depth: usize) -> Result<(), String> {
        let mut tokens = trim(tokens);
        let mut declared = Vec::new();
        if declares != Declares::None {
            let plain: Vec<&Token> = tokens.iter().filter(|t| **t != Token::Space).collect();
            let (names, new): (Vec<&String>, bool) = match plain.as_slice() {
                [Token::Variable(a), Token::Assign(new), ..] => (vec![a], *new),
                [Token::Variable(a), Token::Mark(','), Token::Variable(b), Token::Assign(new), ..]
                    if declares == Declares::Two =>
                {
                    (vec![a, b], *new)
                }
                _ => (Vec::new(), false),
            };
            if !names.is_empty() {
                for name in names {
                    if new {
                        declared.push(name.clone());
                    } else if !self.variables.contains(name) {
                        return Err(format!("`{name}` is given a value before it is declared with `:=`"));
                    }
                }
                let at = tokens.iter().position(|t| matches!(t, Token::Assign(_))).unwrap_or(0);
                tokens = trim(tokens.get(at + 1..).unwrap_or_default());
            }
        }
        let mut stages = Vec::new();
        let (mut from, mut open) = (0, 0_usize);
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Mark('(') => open += 1,
                Token::Mark(')') => {
                    open = open.checked_sub(1).ok_or("a `)` closes nothing")?;
                }
                Token::Mark('|') if open == 0 => {
                    stages.push(tokens.get(from..at).unwrap_or_default());
                    from = at + 1;
                }
                Token::Space
                | Token::Word(_)
                | Token::Variable(_)
                | Token::Field
                | Token::Dot
                | Token::Literal
                | Token::Text
                | Token::Mark(_)
                | Token::Assign(_) => {}
            }
        }
        if open > 0 {
            return Err("a `(` is not closed".to_owned());
        }
        stages.push(tokens.get(from..).unwrap_or_default());
        for (at, stage) in stages.into_iter().enumerate() {
            if at > 0 && trim(stage).is_empty() {
                return Err("behind `|` a function is missing".to_owned());
            }
            self.command(trim(stage), at > 0, depth)?;
        }
        self.variables.extend(declared);
        Ok(())
    }
    /// A function or value with its arguments.
    fn command(&mut self, tokens: &[Token], later: bool, depth: usize) -> Result<(), String> {
        if tokens.is_empty() {
            return Err("a value is missing".to_owned());
        }
        if depth > DEEPEST {
            return Err("parentheses are nested too deeply".to_owned());
        }
        // Behind `|` something is called with what came before.
        if later && matches!(tokens.first(), Some(Token::Literal | Token::Text | Token::Dot)) {
            return Err("behind `|` stands a function".to_owned());
        }
        let mut at = 0;
        let mut operand = false;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                Token::Space => {
                    operand = false;
                    continue;
                }
                // A field of what stands before it.
                Token::Field if operand => {
                    let of_a_literal =
                        matches!(tokens.get(at.wrapping_sub(2)), Some(Token::Literal | Token::Text));
                    let of_a_dot = tokens.get(at.wrapping_sub(2)) == Some(&Token::Dot);
                    if of_a_literal || of_a_dot {
                        return Err("a text or number has no fields".to_owned());
                    }
                    continue;
                }
                _ if operand => return Err("a blank is missing between two values".to_owned()),
                Token::Word(word) => match word.as_str() {
                    "true" | "false" => {
                        if later && at == 1 {
                            return Err("behind `|` stands a function".to_owned());
                        }
                    }
                    "nil" => {
                        if at == 1 {
                            return Err("`nil` is not a command".to_owned());
                        }
                    }
                    "if" | "else" | "end" | "range" | "with" | "template" | "define" | "block" => {
                        return Err(format!("`{word}` begins an action"));
                    }
                    "break" | "continue" if at == 1 && depth == 0 => {}
                    _ if FUNCTIONS.contains(&word.as_str()) => {}
                    _ if self.vmalert && VMALERT.contains(&word.as_str()) => {}
                    _ => {
                        let near = crate::config::nearest(word, FUNCTIONS.iter().copied());
                        return Err(match near {
                            Some(near) => format!("there is no function `{word}`; did you mean `{near}`?"),
                            None => format!("there is no function `{word}`"),
                        });
                    }
                },
                Token::Variable(name) => self.variable(name)?,
                Token::Mark('(') => {
                    let mut open = 1_usize;
                    let from = at;
                    while open > 0 {
                        match tokens.get(at) {
                            Some(Token::Mark('(')) => open += 1,
                            Some(Token::Mark(')')) => open -= 1,
                            Some(_) => {}
                            None => return Err("a `(` is not closed".to_owned()),
                        }
                        at += 1;
                    }
                    let inside = tokens.get(from..at - 1).unwrap_or_default();
                    self.pipeline(inside, Declares::None, depth + 1)?;
                }
                Token::Field | Token::Dot | Token::Literal | Token::Text => {}
                Token::Mark(mark) => return Err(format!("`{mark}` is out of place")),
                Token::Assign(_) => return Err("`=` is out of place".to_owned()),
            }
            operand = true;
        }
        Ok(())
    }
    fn variable(&self, name: &str) -> Result<(), String> {
        if self.variables.iter().any(|v| v == name) {
            return Ok(());
        }
        let near = crate::config::nearest(name, self.variables.iter().map(String::as_str));
        Err(match near {
            Some(near) => format!("there is no variable `{name}`; did you mean `{near}`?"),
            None => format!("there is no variable `{name}`"),
        })
    }
}

/// How many variables a pipeline may declare.
#[derive(Clone, Copy, PartialEq)]
enum Declares {
    None,
    One,
    Two,
}

fn nothing_more(word: &str, rest: &[Token]) -> Result<(), String> {
    if trim(rest).is_empty() { Ok(()) } else { Err(format!("nothing stands behind `{word}`")) }
}

/// Without the blanks at both ends.
fn trim(tokens: &[Token]) -> &[Token] {
    let start = tokens.iter().position(|t| *t != Token::Space).unwrap_or(tokens.len());
    let end = tokens.iter().rposition(|t| *t != Token::Space).map_or(start, |e| e + 1);
    tokens.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn judges() {
        for text in [
            "plain",
            "{{ $value }}",
            "{{$labels.region}}",
            "{{- $value | humanize -}}",
            "{{ if eq $labels.a \"b\" }}x{{ else }}y{{ end }}",
            "{{ range query \"up\" }}{{ . | value }}{{ end }}",
            "{{ range $i, $e := query \"up\" }}{{ $i }}{{ $e.Value }}{{ end }}",
            "{{/* said */}}",
            "{{ with query \"x\" }}{{ . | first | value | humanizePercentage }}{{ end }}",
            "{{\"{\"}}",
            "{{ $x := 1 }}{{ $x }}",
            "{{ printf \"%.2f\" $value }}",
            "{{ (query \"up\" | first).Labels }}",
            "{{ if true }}{{ else if false }}{{ end }}",
        ] {
            assert_eq!(check(text, false), Ok(()), "{text}");
        }
        for (text, part) in [
            ("{{ humanise $value }}", "did you mean `humanize`"),
            ("{{ if $value }}", "no `{{ end }}`"),
            ("{{ end }}", "ends nothing"),
            ("{{ $lables.a }}", "did you mean `$labels`"),
            ("{{ $value ", "not closed"),
            ("{{ }}", "empty"),
            ("{{ $value | }}", "is missing"),
            ("{{ $x = 1 }}", "before it is declared"),
            ("{{ 1 | 2 }}", "function"),
            ("{{ now }}", "no function"),
        ] {
            let said = check(text, false).unwrap_err();
            assert!(said.contains(part), "{text}: {said}");
        }
        assert_eq!(check("{{ $activeAt }}{{ now }}", true), Ok(()));
    }
}
