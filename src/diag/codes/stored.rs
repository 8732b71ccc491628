//! E07xx: what a server has (`slovo check --against`).

crate::diag::codes::codes! {
    NEVER = Error "E0701" "a metric that the server never had";
    GONE = Error "E0702" "a metric that the server no longer has";
    NO_LABEL = Error "E0703" "a label that a metric never had on the server";
    NO_BOUND = Error "E0704" "a bucket that the server's histogram lacks";
    OTHER_KIND = Error "E0705" "a metric of another kind on the server";
    KEPT_SHORTER = Error "E0706" "a window longer than the server keeps samples";
    SCRAPED_RARELY = Error "E0707" "a metric scraped less often than declared";
    NOT_EVALUATED = Error "E0708" "rules that the server cannot evaluate";
    SERVER_LACKS = Error "E0709" "something the server's engine does not know";
    NO_VALUE = Warning "W0701" "a value that the server never saw";
    QUIET = Warning "W0702" "series that are not there now";
    OTHER_LABELS = Warning "W0703" "labels declared otherwise than stored";
}
