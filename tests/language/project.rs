//! Files and folders: what the file system does to a project, and environments.

use std::fs;
use std::path::Path;

use slovo::project::Project;
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn load(at: &Path) -> Project {
    Project::load(at, None)
}

fn codes(project: &Project) -> Vec<&'static str> {
    project.diagnostics.iter().map(|d| d.code.id).collect()
}

fn paths(project: &Project) -> Vec<String> {
    project.sources.iter().map(|(_, f)| f.path.clone()).collect()
}

const YAML: (&str, &[u8]) = ("slovo.yaml", b"project: shop\nretention: 100d\n");
const TEAM: &[u8] = b"team shop \"Shop team\"\n";

#[test]
fn found_from_any_folder_below_and_sorted() {
    let at =
        folder(&[YAML, ("b/z.slovo", TEAM), ("b/a/y.slovo", b""), ("a.slovo", b""), ("b/notes.txt", b"x")]);
    let project = load(&at.path().join("b/a"));
    assert_eq!(paths(&project), ["slovo.yaml", "a.slovo", "b/a/y.slovo", "b/z.slovo"]);
    assert_eq!(codes(&project), [""; 0]);
    assert_eq!(project.root, at.path());
}

#[test]
fn no_project() {
    let at = folder(&[("a.slovo", TEAM)]);
    let project = load(at.path());
    assert_eq!(codes(&project), ["E0501"]);
    assert!(project.compile().model.is_none());
}

#[test]
fn an_empty_project() {
    let at = folder(&[YAML, ("a.txt", b"")]);
    assert_eq!(codes(&load(at.path())), ["E0505"]);
}

#[test]
fn encodings() {
    let at = folder(&[
        ("slovo.yaml", b"\xef\xbb\xbfproject: shop\r\n"),
        ("bom.slovo", b"\xef\xbb\xbfteam shop \"Shop\"\r\n"),
        ("latin.slovo", b"# one\nteam a \"Caf\xe9\"\n"),
        ("wide.slovo", b"\xff\xfet\0e\0"),
    ]);
    let project = load(at.path());
    assert_eq!(codes(&project), ["E0503", "E0503"]);
    let messages: Vec<_> = project.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages[0], "`latin.slovo` is not UTF-8: byte 17 (line 2) is 0xe9");
    let bom = project.sources.iter().find(|(_, f)| f.path == "bom.slovo").unwrap().1;
    assert_eq!(&*bom.text, "team shop \"Shop\"\r\n");
    assert_eq!(project.config.settings.project, "shop");
}

#[test]
fn too_large() {
    let at = folder(&[YAML, ("a.slovo", TEAM)]);
    let file = fs::File::create(at.path().join("huge.slovo")).unwrap();
    file.set_len(50 * 1024 * 1024).unwrap();
    let project = load(at.path());
    assert_eq!(codes(&project), ["E0504"]);
    let message = &project.diagnostics.iter().next().unwrap().message;
    assert_eq!(message, "`huge.slovo` is larger than 8 MiB (it has 50 MiB)");
}

/// What is declared in a file that cannot be read is not reported as unknown elsewhere.
#[test]
fn nothing_follows_from_an_unreadable_file() {
    let at = folder(&[
        YAML,
        ("teams.slovo", b"team caf\xe9"),
        ("a.slovo", b"journey checkout \"Buy\" {\n  owner shop\n}\n"),
    ]);
    let compiled = load(at.path()).compile();
    let found: Vec<_> = compiled.diagnostics.iter().map(|d| d.code.id).collect();
    assert_eq!(found, ["E0503"]);
    assert!(compiled.model.is_none());
}

#[test]
fn ignored_folders_and_files() {
    let at = folder(&[
        YAML,
        (".gitignore", b"target/\n*.slovo\n[\n"),
        ("a.slovo", TEAM),
        ("target/b.slovo", TEAM),
        (".hidden/c.slovo", TEAM),
        (".#a.slovo", TEAM),
        ("sub/.gitignore", b"out\n"),
        ("sub/out/d.slovo", TEAM),
        ("sub/e.slovo", b""),
    ]);
    let project = load(at.path());
    assert_eq!(codes(&project), [""; 0]);
    assert_eq!(paths(&project), ["slovo.yaml", "a.slovo", "sub/e.slovo"]);
}

#[cfg(unix)]
#[test]
fn symbolic_links() {
    use std::os::unix::fs::symlink;
    let shared = folder(&[("shared.slovo", TEAM)]);
    let at = folder(&[YAML, ("a.slovo", b""), ("sub/b.slovo", b"")]);
    symlink(at.path(), at.path().join("sub/loop")).unwrap();
    symlink("one", at.path().join("two")).unwrap();
    symlink("two", at.path().join("one")).unwrap();
    symlink("nowhere", at.path().join("dangling.txt")).unwrap();
    symlink(shared.path(), at.path().join("catalogue")).unwrap();
    assert_eq!(codes(&load(at.path())), ["E0521"]);
    let project = Project::load_following(at.path(), None, &[shared.path().to_owned()]);
    assert_eq!(codes(&project), [""; 0]);
    assert_eq!(paths(&project), ["slovo.yaml", "a.slovo", "catalogue/shared.slovo", "sub/b.slovo"]);
    symlink("nowhere", at.path().join("dangling.slovo")).unwrap();
    symlink("self.slovo", at.path().join("self.slovo")).unwrap();
    assert_eq!(codes(&load(at.path())), ["E0502", "E0502", "E0521"]);
}

#[cfg(unix)]
#[test]
fn odd_files() {
    let at = folder(&[YAML, ("a.slovo", TEAM), ("folder.slovo/b.slovo", b"")]);
    let made = std::process::Command::new("mkfifo").arg(at.path().join("pipe.slovo")).status();
    let expected: &[&str] = if made.is_ok_and(|s| s.success()) { &["E0502"] } else { &[] };
    let project = load(at.path());
    assert_eq!(codes(&project), expected, "a pipe is refused, and does not block");
    assert_eq!(paths(&project), ["slovo.yaml", "a.slovo", "folder.slovo/b.slovo"]);
}

#[cfg(unix)]
#[test]
fn no_permission() {
    use std::os::unix::fs::PermissionsExt;
    let at = folder(&[YAML, ("a.slovo", TEAM), ("sub/b.slovo", b"")]);
    let closed = fs::Permissions::from_mode(0o000);
    fs::set_permissions(at.path().join("a.slovo"), closed.clone()).unwrap();
    fs::set_permissions(at.path().join("sub"), closed).unwrap();
    if fs::read(at.path().join("a.slovo")).is_ok() {
        eprintln!("skipped: this user may read everything (root)");
        return;
    }
    assert_eq!(codes(&load(at.path())), ["E0502", "E0502"]);
    fs::set_permissions(at.path().join("sub"), fs::Permissions::from_mode(0o755)).unwrap();
}

const ENVIRONMENTS: &[u8] = b"project: shop
scope: {cluster: test, namespace: shop}
labels: {team: a, tier: b}
scrape_interval: 15s
links: {documents: https://docs.example}
outputs: {prometheus: {path: rules}}
environments:
  production:
    scope: ['cluster=~\"prod-.*\"']
    labels: {tier: c}
    evaluation_interval: 15s
    links: {dashboards: https://grafana.example/}
  staging:
    outputs: {prometheus: {path: elsewhere}}
";

#[test]
fn environments() {
    let at = folder(&[("slovo.yaml", ENVIRONMENTS), ("a.slovo", TEAM)]);
    let load = |environment| Project::load(at.path(), environment);
    let plain = load(None);
    assert_eq!(codes(&plain), [""; 0]);
    assert_eq!(plain.config.outputs[0].path, "rules");
    assert_eq!(plain.config.settings.environment, None);
    let production = load(Some("production")).config;
    let settings = &production.settings;
    assert_eq!(settings.environment.as_deref(), Some("production"));
    assert_eq!(settings.project_label(), "shop_production");
    assert_eq!((plain.config.settings.project_label(), settings.project.as_str()), ("shop", "shop"));
    let scope: Vec<_> =
        settings.scope.iter().map(|m| format!("{}{}{}", m.label, m.op.as_str(), m.value)).collect();
    assert_eq!(scope, ["namespace=shop", "cluster=~prod-.*"]);
    assert_eq!(settings.labels["team"], "a");
    assert_eq!(settings.labels["tier"], "c");
    assert_eq!(settings.scrape_interval, settings.evaluation_interval);
    assert_eq!(settings.links.dashboards.as_deref(), Some("https://grafana.example"));
    assert_eq!(settings.links.documents.as_deref(), Some("https://docs.example"));
    assert_eq!(production.outputs[0].path, "rules-production");
    assert_eq!(load(Some("staging")).config.outputs[0].path, "elsewhere");
    let wrong = load(Some("prodution"));
    assert_eq!(codes(&wrong), ["E0515"]);
    assert_eq!(wrong.diagnostics.iter().next().unwrap().help, ["did you mean `--env production`?"]);
}
