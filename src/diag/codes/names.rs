//! E02xx: names unknown, duplicate, misspelt.

crate::diag::codes::codes! {
    DUPLICATE = Error "E0201" "a name is declared twice";
    RESERVED = Error "E0202" "a name that cannot be a file";
    UNKNOWN_NAME = Error "E0203" "a name that is not declared";
    UNKNOWN_PROMISE = Error "E0204" "a path that leads to no promise";
    AMBIGUOUS_PATH = Error "E0205" "a path that leads to two promises";
    NOT_A_PROMISE = Error "E0206" "a step or a journey where a promise is expected";
    SAID_TWICE = Error "E0207" "said twice";
    MISSING = Error "E0208" "a required statement is missing";
    NO_MEASUREMENT = Error "E0209" "a promise that is not measured";
    TWO_MEASUREMENTS = Error "E0210" "a promise measured in two ways";
    COMPOSED_IN_STEP = Error "E0211" "a composed promise inside a step";
    COMPOSED_MEMBER = Error "E0212" "a composed promise made of composed ones";
    LISTED_TWICE = Error "E0213" "named twice in one list";
    COMPOSED_ALONE = Error "E0214" "a composed promise of one member";
    MEMBER_WINDOW = Error "E0215" "members with different windows";
    MEMBER_FOR_EACH = Error "E0216" "members with different `for each`";
    MISSING_ARG = Error "E0220" "an argument is missing";
    UNKNOWN_ARG = Error "E0221" "an argument the indicator does not take";
    ARG_TYPE = Error "E0222" "an argument of the wrong type";
    UNKNOWN_PARAM = Error "E0223" "a parameter that is not declared";
    VARIABLE_OUTSIDE = Error "E0224" "a parameter outside of an indicator";
    PARAM_USE = Error "E0225" "a parameter used against its type";
    UNUSED_PARAM = Warning "W0201" "a parameter that is never used";
}
