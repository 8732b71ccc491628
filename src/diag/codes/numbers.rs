//! E04xx: objectives, windows, arithmetic, alerts.

crate::diag::codes::codes! {
    OBJECTIVE = Error "E0401" "an objective out of range";
    STRETCH = Error "E0402" "an aim that is not above the objective";
    WINDOW_RANGE = Error "E0403" "a window out of range";
    NO_WINDOW = Error "E0404" "a promise without a window";
    TIER = Error "E0405" "a tier that is not a whole number";
    ZERO_LENGTH = Error "E0406" "no time at all";
    SCRAPE_TIMEOUT = Error "E0407" "a scrape timeout above the interval";
    NO_ALERT = Error "E0410" "an alert that can never fire";
    BELOW_ONE = Error "E0411" "an error budget below one event";
    GUARDED = Warning "W0412" "alerts that wait until the budget is gone";
    TOO_THIN = Warning "W0413" "too little traffic for an alert";
    JUMPY = Warning "W0414" "an alert that a single failure triggers";
    NO_TRAFFIC = Error "E0415" "no traffic expected";
    BEYOND_RETENTION = Error "E0416" "a window longer than the retention";
    SHORT_SLICE = Error "E0417" "slices shorter than the data";
    LONG_SLICE = Warning "W0418" "slices too long for the alerts";
    HIDDEN_LOSS = Warning "W0419" "a time to finish that can hide the budget";
    WORDS = Warning "W0420" "words that contradict the numbers";
    ABOVE_MEMBERS = Error "E0421" "a composed promise above what it is made of";
    CHARGED_TWICE = Warning "W0422" "one promise counted in two composed ones";
    UNPROMISED = Warning "W0423" "a step or journey that promises nothing";
    CRITICAL_UNPROMISED = Warning "W0424" "a critical step that promises nothing";
    NO_PLAYBOOK = Warning "W0425" "a page without a playbook";
    LATE_RESTORE = Warning "W0426" "restored after the budget is gone";
    LATE_UPDATE = Warning "W0427" "a first update after the end";
    NOTHING_TO_SAY = Warning "W0428" "a playbook without words for users";
    PERSONAL_LABEL = Warning "W0429" "a label that looks personal";
    ENDLESS_LABEL = Warning "W0430" "a budget for every value of an endless label";
    REVIEW_OVERDUE = Warning "W0431" "a review that is overdue";
    OLD_GUESS = Warning "W0432" "a guess grown old";
    TOO_MANY = Warning "W0433" "more than people can watch";
    TOO_FINE = Warning "W0434" "an objective finer than anybody can keep";
    NO_SHARE = Error "E0435" "no part of a budget";
    CLAUSE_TWICE = Warning "W0436" "a policy clause said twice";
    CLAUSE_ORDER = Warning "W0437" "policy clauses out of order";
    NEVER_SPENT = Warning "W0438" "a policy that ends before the budget does";
    NEVER_SENT = Error "E0439" "a scenario waits for what is never sent";
    TOO_SOON = Warning "W0440" "a scenario waits for an alert that cannot come in time";
    NO_FAILURE = Error "E0441" "a failing share that is none";
    UNTOLD = Warning "W0442" "a scenario that does not tell what it expects";
    LATE_COMPLETION = Warning "W0443" "a page for what may still finish for hours";
    UNSTATED_RETENTION = Warning "W0444" "a window longer than samples are usually kept";
    MEASURED_TWICE = Warning "W0445" "one measurement under two names";
    UNSEEN_BUDGET = Error "E0446" "a time to finish that hides the whole budget";
}
