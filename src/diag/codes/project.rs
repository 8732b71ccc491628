//! E05xx: slovo.yaml, files and folders.

crate::diag::codes::codes! {
    NO_PROJECT = Error "E0501" "no slovo.yaml here or above";
    UNREADABLE = Error "E0502" "a file or folder cannot be read";
    NOT_UTF8 = Error "E0503" "a file is not UTF-8";
    TOO_LARGE = Error "E0504" "a file is too large";
    NO_SOURCES = Error "E0505" "a project without a .slovo file";
    NOT_YAML = Error "E0506" "slovo.yaml is not YAML";
    UNKNOWN_KEY = Error "E0507" "unknown key in slovo.yaml";
    REPEATED_KEY = Error "E0508" "a key of slovo.yaml written twice";
    WRONG_TYPE = Error "E0509" "wrong kind of value in slovo.yaml";
    NO_PROJECT_NAME = Error "E0510" "slovo.yaml names no project";
    BAD_NAME = Error "E0511" "unusable project or environment name";
    BAD_LABEL = Error "E0512" "unusable label name in slovo.yaml";
    BAD_VALUE = Error "E0513" "a value of slovo.yaml cannot be read";
    OUT_OF_RANGE = Error "E0514" "a value of slovo.yaml is out of range";
    UNKNOWN_ENVIRONMENT = Error "E0515" "unknown environment";
    UNKNOWN_LINT = Error "E0516" "unknown code under lints";
    NOT_A_LINT = Error "E0517" "an error cannot be allowed";
    OUTPUT_OUTSIDE = Error "E0518" "an output folder outside of the project";
    SHARED_OUTPUT = Error "E0519" "two outputs in one folder, or one in the other's";
    BAD_PROFILE = Error "E0520" "the alerting profile contradicts itself";
    LINK_OUTSIDE = Error "E0521" "a link that leads out of the project";
    TEMPLATE = Error "E0522" "a template that cannot be used";
    EXPOSITION = Error "E0523" "an exposition that cannot be read";
    TARGET_LIMIT = Error "E0530" "more than the target takes";
    ENGINE_LACKS = Error "E0531" "something the engine does not know";
    LOST_HISTORY = Warning "W0501" "a promise disappears, and its history with it";
    NO_DASHBOARDS = Warning "W0502" "alerts link to dashboards that nobody writes";
    SAME_BOARDS = Warning "W0503" "boards that would replace others";
    LEFT_BEHIND = Warning "W0504" "what was recorded or written before is left behind";
    APPLY_LIMIT = Warning "W0505" "an object too large for kubectl apply";
}
