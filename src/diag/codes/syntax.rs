//! E01xx: the text is not the language.

crate::diag::codes::codes! {
    UNEXPECTED = Error "E0101" "unexpected text";
    ESCAPE = Error "E0107" "unreadable escape in a string";
    QUANTITY = Error "E0108" "number or quantity in another notation";
    VALUE = Error "E0109" "impossible value";
    IDENTIFIER = Error "E0112" "not an identifier";
}
