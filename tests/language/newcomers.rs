//! What people write first who come from another tool: every `tests/newcomers/NAME.slovo` is checked beside
//! `catalogue.txt` (a `NAME.yaml` alone is a `slovo.yaml`), and the rendering must equal `NAME.stderr`.
//! `UPDATE_GOLDENS=1 cargo test --test language newcomers::` rewrites; `CASE=NAME` takes
//! the cases whose path holds that text.

use crate::common;

use std::path::Path;

#[test]
fn messages() {
    let mut wrong = Vec::new();
    let catalogue = std::fs::read_to_string("tests/newcomers/catalogue.txt").unwrap();
    let folder = Path::new("tests/newcomers");
    let mut cases = common::cases_below(folder, "slovo");
    cases.extend(common::cases_below(folder, "yaml"));
    assert!(!cases.is_empty(), "no case, {:?}", common::one_case());
    for case in &cases {
        let text = std::fs::read_to_string(case).unwrap();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let is_yaml = name.ends_with(".yaml");
        let files = [(name.as_str(), text.as_str()), ("catalogue.slovo", catalogue.as_str())];
        let files = if is_yaml { &files[1..] } else { &files[..] };
        let shown = common::check(files, is_yaml.then_some(&text)).rendered;
        common::golden(&case.with_extension("stderr"), &shown, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
