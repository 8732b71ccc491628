//! Addresses, in links of every target: what could end a link, an attribute or a line, or could be replaced, is written as `%5D`. What
//! comes out is then escaped for its target like any other text.

/// The address with everything encoded that is not part of one.
pub(crate) fn encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.trim().chars() {
        let plain = !c.is_whitespace()
            && !c.is_control()
            && !r#"<>"\\^`{|}[]()$'"#.contains(c)
            && !crate::source::turns(c);
        if plain {
            out.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            for half in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(half), 16).map(|d| d.to_ascii_uppercase()));
            }
            let at = out.len() - 2;
            out.insert(at, '%');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn ends_no_link() {
        assert_eq!(encoded("https://x.example/a?b=c&d=%20#e"), "https://x.example/a?b=c&d=%20#e");
        assert_eq!(
            encoded("https://x/\n\n![t](https://e/p.png)"),
            "https://x/%0A%0A!%5Bt%5D%28https://e/p.png%29"
        );
        assert_eq!(
            encoded("https://x/\" onclick='a'|{{b}}$c"),
            "https://x/%22%20onclick=%27a%27%7C%7B%7Bb%7D%7D%24c"
        );
        assert_eq!(encoded(" https://x/注\u{202e} "), "https://x/注%E2%80%AE");
    }
}
