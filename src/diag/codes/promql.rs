//! E06xx: PromQL in escapes.

crate::diag::codes::codes! {
    SYNTAX = Error "E0601" "PromQL that cannot be read";
    TYPES = Error "E0602" "PromQL whose parts do not fit";
    FUNCTION = Error "E0603" "an unknown PromQL function";
    RESULT = Error "E0604" "PromQL that gives no instant vector";
    RATIO = Error "E0605" "a ratio in place of a stream";
    BASE_RANGE = Error "E0606" "`$range` missing or out of place";
    LABELS = Error "E0607" "PromQL whose labels are not those of `for each`";
    PER_SECOND = Error "E0608" "a stream that is not per second";
    IRATE = Warning "W0609" "`irate` in a stream";
    FILTER = Warning "W0610" "a comparison that drops the value";
    BUCKETS_ADDED = Error "E0611" "buckets added up";
    DIFFERENCE = Error "E0612" "a difference that counts no events";
    NEVER_MISSING = Warning "W0613" "a total that is never missing";
    METRICSQL = Warning "W0614" "a query that is not PromQL";
}
