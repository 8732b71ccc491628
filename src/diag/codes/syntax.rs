//! E01xx: the text is not the language.

crate::diag::codes::codes! {
    UNEXPECTED = Error "E0101" "unexpected text";
    UNKNOWN_WORD = Error "E0102" "unknown word";
    MISPLACED = Error "E0103" "statement in another block than its own";
    UNCLOSED = Error "E0104" "bracket that is never closed";
    STRAY_BRACE = Error "E0105" "`}` that closes nothing";
    UNCLOSED_STRING = Error "E0106" "text without its closing quote";
    ESCAPE = Error "E0107" "unreadable escape in a text";
    QUANTITY = Error "E0108" "number or quantity in another notation";
    VALUE = Error "E0109" "impossible value";
    MARK = Error "E0110" "mark of another language";
    CHARACTER = Error "E0111" "typographic character";
    IDENTIFIER = Error "E0112" "not an identifier";
    LIST = Error "E0113" "list that is not joined as it should be";
    QUOTES = Error "E0114" "quotes missing, wrong or one too many";
    TOO_BIG = Error "E0115" "file nested too deeply or too large";
    TITLE = Error "E0116" "title missing";
    HIDDEN = Error "E0117" "a character that cannot be seen";
    EMPTY = Error "E0118" "an empty text";
    UNREADABLE_ALLOW = Warning "W0119" "a `slovo: allow` comment that cannot be read";
    UNUSED_ALLOW = Warning "W0120" "a `slovo: allow` comment without effect";
    EXPIRED_ALLOW = Warning "W0121" "an accepted warning whose time is over";
}
