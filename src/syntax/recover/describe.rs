//! What a rule is called in a message.
#![allow(clippy::match_same_arms, reason = "one line for each rule, in the grammar's order")]

use super::super::parser::Rule;

/// The words for a rule that was expected; empty for those that never are, or say nothing to a reader.
pub(super) fn describe(rule: Rule) -> &'static str {
    match rule {
        Rule::end => "the end of the line",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals => "`=`",
        Rule::pipe => "`|`",
        Rule::plus => "`+`",
        Rule::lparen => "`(`",
        Rule::rparen => "`)`",
        Rule::lcurl => "`{`",
        Rule::rcurl => "`}`",
        Rule::open => "`{`",
        Rule::close => "`}`",
        Rule::ident => "an identifier",
        Rule::label => "a name",
        Rule::mname => "the name of a metric",
        Rule::string => "a text in quotes",
        Rule::triple => "a text in `\"\"\"`",
        Rule::number => "a number",
        Rule::signed => "a number",
        Rule::pct => "a percentage such as `99.9%`",
        Rule::size => "a size such as `2GiB`",
        Rule::dur => "a duration such as `28d`",
        Rule::date => "a date such as `2026-10-01`",
        Rule::var => "a parameter such as `$limit`",
        Rule::path => "a promise such as `pay.accepted`",
        Rule::op => "`=`, `!=`, `=~` or `!~`",
        Rule::words => "what is counted, such as `payments`",
        Rule::minutes => "`minutes`",
        Rule::slices => "slices such as `5m slices`",
        Rule::matcher => "a matcher such as `code=\"200\"`",
        Rule::matchers => "matchers such as `{code=\"200\"}`",
        Rule::selector => "a metric",
        Rule::readings => "`readings of`",
        Rule::promql => "`promql`",
        Rule::stream => "a metric",
        Rule::where_ => "`where`",
        Rule::most => "`most`",
        Rule::least => "`least`",
        Rule::within => "`within`",
        Rule::over => "`over`",
        Rule::good_bound => "`within`, `at most` or `at least`",
        Rule::bad_bound => "`over`, `at most` or `at least`",
        Rule::over_bound => "`over`",
        Rule::condition => "a condition such as `share at least 99%`",
        Rule::share => "`share`",
        Rule::mean => "`mean`",
        Rule::stat => "`max`, `min`, `avg` or `sum`",
        Rule::percentile => "a percentile such as `p95`",
        Rule::age => "`age of`",
        Rule::which => "`newest` or `oldest`",
        Rule::team_label => "a label such as `routing_key=\"shop\"`",
        Rule::kind => "`counter`, `gauge`, `histogram`, `native histogram` or `summary`",
        Rule::label_decl => "a label",
        Rule::data_class => "`none`, `pseudonymous` or `personal`",
        Rule::period => "`day`, `hour`, `week`, `minute` or `second`",
        Rule::args => "arguments in `( )`",
        Rule::arg => "an argument such as `route: \"/\"`",
        Rule::evidence => "`measured`, `agreed` or `guessed`",
        Rule::loudness => "`page`, `ticket` or `none`",
        Rule::phase => "`normal for`, `failing` or `silent for`",
        Rule::after => "`after recovery`",
        Rule::outcome => "`page`, `ticket` or `quiet`",
        Rule::part_of => "`, part of`",
        Rule::params => "parameters in `( )`",
        Rule::param => "a parameter such as `route: string`",
        Rule::param_type => "`string`, `regex`, `duration`, `percent` or `number`",
        Rule::k_after => "`after`",
        Rule::k_age => "`age`",
        Rule::k_agreed => "`agreed`",
        Rule::k_aim => "`aim`",
        Rule::k_all => "`all`",
        Rule::k_are => "`are`",
        Rule::k_at => "`at`",
        Rule::k_bad => "`bad`",
        Rule::k_because => "`because`",
        Rule::k_below => "`below`",
        Rule::k_blind => "`blind`",
        Rule::k_born => "`born`",
        Rule::k_broken => "`broken`",
        Rule::k_buckets => "`buckets`",
        Rule::k_budget => "`budget`",
        Rule::k_by => "`by`",
        Rule::k_channel => "`channel`",
        Rule::k_costing => "`costing`",
        Rule::k_classic => "`classic`",
        Rule::k_counter => "`counter`",
        Rule::k_critical => "`critical`",
        Rule::k_data => "`data`",
        Rule::k_each => "`each`",
        Rule::k_escalate => "`escalate`",
        Rule::k_event => "`event`",
        Rule::k_every => "`every`",
        Rule::k_except => "`except`",
        Rule::k_expect => "`expect`",
        Rule::k_failing => "`failing`",
        Rule::k_finished => "`finished`",
        Rule::k_first => "`first`",
        Rule::k_for => "`for`",
        Rule::k_freeze => "`freeze`",
        Rule::k_from => "`from`",
        Rule::k_gauge => "`gauge`",
        Rule::k_goal => "`goal`",
        Rule::k_good => "`good`",
        Rule::k_hear => "`hear`",
        Rule::k_histogram => "`histogram`",
        Rule::k_idle => "`idle`",
        Rule::k_if => "`if`",
        Rule::k_in => "`in`",
        Rule::k_incident => "`incident`",
        Rule::k_increases => "`increases`",
        Rule::k_indicator => "`indicator`",
        Rule::k_is => "`is`",
        Rule::k_its => "`its`",
        Rule::k_journey => "`journey`",
        Rule::k_keep => "`keep`",
        Rule::k_labels => "`labels`",
        Rule::k_last => "`last`",
        Rule::k_late => "`late`",
        Rule::k_left => "`left`",
        Rule::k_measured => "`measured`",
        Rule::k_metric => "`metric`",
        Rule::k_native => "`native`",
        Rule::k_no => "`no`",
        Rule::k_normal => "`normal`",
        Rule::k_note => "`note`",
        Rule::k_of => "`of`",
        Rule::k_on => "`on`",
        Rule::k_or => "`or`",
        Rule::k_over => "`over`",
        Rule::k_owner => "`owner`",
        Rule::k_pages => "`pages`",
        Rule::k_part => "`part`",
        Rule::k_per => "`per`",
        Rule::k_playbook => "`playbook`",
        Rule::k_policy => "`policy`",
        Rule::k_promise => "`promise`",
        Rule::k_promql => "`promql`",
        Rule::k_proxy => "`proxy`",
        Rule::k_readings => "`readings`",
        Rule::k_recovery => "`recovery`",
        Rule::k_responder => "`responder`",
        Rule::k_restore => "`restore`",
        Rule::k_review => "`review`",
        Rule::k_reviewed => "`reviewed`",
        Rule::k_runbook => "`runbook`",
        Rule::k_samples => "`samples`",
        Rule::k_say => "`say`",
        Rule::k_scenario => "`scenario`",
        Rule::k_scraped => "`scraped`",
        Rule::k_served => "`served`",
        Rule::k_silence => "`silence`",
        Rule::k_silent => "`silent`",
        Rule::k_slices => "`slices`",
        Rule::k_slow => "`slow`",
        Rule::k_spent => "`spent`",
        Rule::k_started => "`started`",
        Rule::k_step => "`step`",
        Rule::k_stored => "`stored`",
        Rule::k_summary => "`summary`",
        Rule::k_team => "`team`",
        Rule::k_tell => "`tell`",
        Rule::k_tested => "`tested`",
        Rule::k_then => "`then`",
        Rule::k_tickets => "`tickets`",
        Rule::k_tier => "`tier`",
        Rule::k_timeout => "`timeout`",
        Rule::k_to => "`to`",
        Rule::k_total => "`total`",
        Rule::k_update => "`update`",
        Rule::k_urgency => "`urgency`",
        Rule::k_user => "`user`",
        Rule::k_users => "`users`",
        Rule::k_when => "`when`",
        Rule::k_where => "`where`",
        Rule::k_while => "`while`",
        Rule::k_with => "`with`",
        Rule::k_within => "`within`",
        Rule::k_worst => "`worst`",
        Rule::EOI => "the end of the line",
        // whole statements, blocks and helpers of the grammar
        Rule::w
        | Rule::b
        | Rule::t
        | Rule::comment
        | Rule::kwe
        | Rule::eos
        | Rule::sep
        | Rule::digits
        | Rule::unit
        | Rule::sizes
        | Rule::limit
        | Rule::stop
        | Rule::not_noun
        | Rule::word_start
        | Rule::word
        | Rule::noun
        | Rule::reserved
        | Rule::metric_name
        | Rule::term
        | Rule::at
        | Rule::total
        | Rule::good
        | Rule::bad
        | Rule::fault
        | Rule::subject
        | Rule::started
        | Rule::finished
        | Rule::silence
        | Rule::stream_st
        | Rule::names
        | Rule::strings
        | Rule::channel
        | Rule::pages
        | Rule::tickets
        | Rule::team_labels
        | Rule::team_st
        | Rule::labels
        | Rule::buckets
        | Rule::scraped
        | Rule::born
        | Rule::silent_idle
        | Rule::increases
        | Rule::stored
        | Rule::late
        | Rule::metric_st
        | Rule::metric_start
        | Rule::owner
        | Rule::user
        | Rule::goal
        | Rule::tier
        | Rule::review
        | Rule::agreed
        | Rule::agreed_name
        | Rule::data
        | Rule::budget
        | Rule::uses
        | Rule::for_each
        | Rule::note
        | Rule::journey_st
        | Rule::critical
        | Rule::if_broken
        | Rule::served
        | Rule::tested
        | Rule::step_st
        | Rule::keep
        | Rule::aim
        | Rule::expect
        | Rule::measured
        | Rule::because
        | Rule::blind
        | Rule::proxy
        | Rule::urgency
        | Rule::no_data
        | Rule::all_of
        | Rule::worst_of
        | Rule::promise_st
        | Rule::clause
        | Rule::action
        | Rule::incident
        | Rule::escalate
        | Rule::policy_st
        | Rule::responder
        | Rule::hear_from
        | Rule::first
        | Rule::say
        | Rule::restore
        | Rule::runbook
        | Rule::playbook_st
        | Rule::phases
        | Rule::awaited
        | Rule::scenario_st
        | Rule::team_entry
        | Rule::metric_entry
        | Rule::indicator_entry
        | Rule::journey_entry
        | Rule::step_entry
        | Rule::promise_entry
        | Rule::policy_entry
        | Rule::playbook_entry
        | Rule::scenario_entry
        | Rule::team_block
        | Rule::metric_block
        | Rule::indicator_block
        | Rule::journey_block
        | Rule::step_block
        | Rule::promise_block
        | Rule::policy_block
        | Rule::playbook_block
        | Rule::scenario_block
        | Rule::opening
        | Rule::late_open
        | Rule::must_open
        | Rule::open_step
        | Rule::open_journey
        | Rule::closing
        | Rule::missing_open
        | Rule::missing_close
        | Rule::team
        | Rule::metric
        | Rule::indicator
        | Rule::journey
        | Rule::step
        | Rule::promise
        | Rule::policy
        | Rule::playbook
        | Rule::scenario
        | Rule::before_open
        | Rule::titled
        | Rule::plain
        | Rule::team_head
        | Rule::metric_head
        | Rule::indicator_head
        | Rule::scenario_head
        | Rule::item
        | Rule::file
        | Rule::item_head
        | Rule::step_head
        | Rule::inner_head
        | Rule::titled_like
        | Rule::name_like
        | Rule::line_head
        | Rule::junk
        | Rule::junk_part
        | Rule::other_quotes
        | Rule::said
        | Rule::blanked
        | Rule::goes_on
        | Rule::junk_args
        | Rule::junk_set
        | Rule::junk_block
        | Rule::junk_in
        | Rule::in_2
        | Rule::in_3
        | Rule::in_4
        | Rule::in_5
        | Rule::in_6
        | Rule::in_7
        | Rule::in_8
        | Rule::open_string
        | Rule::open_triple
        | Rule::stray
        | Rule::bad_head
        | Rule::team_line
        | Rule::metric_line
        | Rule::indicator_line
        | Rule::journey_line
        | Rule::step_line
        | Rule::promise_line
        | Rule::policy_line
        | Rule::playbook_line
        | Rule::scenario_line
        | Rule::head_line
        | Rule::team_only
        | Rule::metric_only
        | Rule::indicator_only
        | Rule::titled_only
        | Rule::plain_only
        | Rule::scenario_only
        | Rule::file_rest
        | Rule::team_rest
        | Rule::metric_rest
        | Rule::indicator_rest
        | Rule::journey_rest
        | Rule::step_rest
        | Rule::promise_rest
        | Rule::policy_rest
        | Rule::playbook_rest
        | Rule::scenario_rest => "",
    }
}

/// A word or mark that has only one form: it can be put in where it is missing.
pub(super) fn fixed(rule: Rule) -> Option<&'static str> {
    let words = describe(rule);
    let inner = words.strip_prefix('`')?.strip_suffix('`')?;
    let one = !inner.contains(['`', ' ']) && !matches!(rule, Rule::minutes | Rule::readings | Rule::share);
    one.then_some(inner)
}
