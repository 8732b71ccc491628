//! Routes and inhibit rules, judged by Alertmanager's own tool.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use slovo::backend::{Backend, alertmanager::Alertmanager};
use slovo::project::Project;

fn emit() -> String {
    of("astronomy_shop", None)
}

/// The configuration of the example under another name, for one of its environments.
fn of(name: &str, environment: Option<&str>) -> String {
    let project = Project::load(Path::new("examples/astronomy-shop"), environment);
    let mut model = project.compile().model.unwrap();
    name.clone_into(&mut model.settings.project);
    model.settings.external_labels = vec!["cluster".to_owned()];
    Alertmanager.emit(&model).unwrap().into_iter().find(|f| f.path == "alertmanager.yml").unwrap().text
}

#[test]
fn amtool_accepts_and_routes() {
    if Command::new("amtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`amtool` is missing (required in CI)");
        eprintln!("`amtool` is missing: NOT TESTED");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    std::fs::write(&file, emit()).unwrap();
    let amtool = |args: &[&str]| {
        let output = Command::new("amtool").args(args).output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), said)
    };
    let path = file.to_str().unwrap();
    let (fine, said) = amtool(&["check-config", path]);
    assert!(fine, "{said}");
    for (labels, receiver) in [
        (["owner=shop", "severity=page"], "shop-pager"),
        (["owner=shop", "severity=ticket"], "shop-tickets"),
        (["owner=fulfilment", "severity=page"], "fulfilment-pager"),
        (["owner=nobody", "severity=page"], "unrouted"),
    ] {
        let file = format!("--config.file={path}");
        let verify = format!("--verify.receivers={receiver}");
        let (fine, said) = amtool(&[
            "config",
            "routes",
            "test",
            &file,
            &verify,
            "project=astronomy_shop",
            labels[0],
            labels[1],
        ]);
        assert!(fine, "{labels:?}: {said}");
    }
}

#[test]
fn nobody_elses_page_is_muted() {
    let text = emit();
    let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let rules = yaml["inhibit_rules"].as_sequence().unwrap();
    assert!(rules.len() > 3, "{text}");
    let has = |rule: &serde_yaml::Value, side: &str, matcher: &str| {
        rule[side].as_sequence().unwrap().iter().any(|m| m.as_str() == Some(matcher))
    };
    for rule in rules {
        // A ticket mutes tickets only.
        if has(rule, "source_matchers", "severity=\"ticket\"") {
            assert!(has(rule, "target_matchers", "severity=\"ticket\""), "{rule:?}");
        }
    }
    assert!(text.contains("checkout.whole mutes its part basket.view.shown"), "{text}");
}

/// Names of receivers and severities are free text: they start nothing, and arrive.
#[test]
fn odd_names_are_inert() {
    if Command::new("amtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`amtool` is missing (required in CI)");
        eprintln!("`amtool` is missing: NOT TESTED");
        return;
    }
    let odd = "q\" 'a' {{ fail }} \\ # x: - {a} \u{1f6d2}";
    let project = Project::load(Path::new("examples/astronomy-shop"), None);
    let mut model = project.compile().model.unwrap();
    odd.clone_into(&mut model.settings.severities.page);
    odd.clone_into(&mut model.settings.project);
    model.teams.get_mut("shop").unwrap().pages = Some(odd.to_owned());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    std::fs::write(&file, Alertmanager.emit(&model).unwrap().remove(0).text).unwrap();
    let check = Command::new("amtool").arg("check-config").arg(&file).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let quoted = format!("{odd:?}").replace("\\'", "'");
    let routed = Command::new("amtool")
        .args(["config", "routes", "test", &format!("--config.file={}", file.display())])
        .args([format!("project={quoted}"), "owner=shop".to_owned(), format!("severity={quoted}")])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&routed.stdout).trim(),
        odd,
        "{}",
        String::from_utf8_lossy(&routed.stderr)
    );
}

/// An Alertmanager of its own on a free port of the loopback, ended when dropped.
struct Server {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("alertmanager.yml"), config).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("prometheus-alertmanager")
            .args(["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="])
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, port, _folder: folder }
    }
    fn ask(&self, method: &str, path: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        head.contains(" 200 ").then(|| body.to_owned())
    }
    /// What comes of it once it is right.
    fn until(&self, (method, path, body): (&str, &str, &str), right: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let answer = self.ask(method, path, body).and_then(|text| serde_json::from_str(&text).ok());
            match answer {
                Some(answer) if right(&answer) => return answer,
                last => assert!(start.elapsed() < Duration::from_secs(30), "{path}: {last:#?}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// What prometheus-operator makes of an `AlertmanagerConfig`, without the namespace and the names that it adds.
fn by_the_operator(object: &Value) -> Value {
    let matchers = |list: &Value| -> Value {
        let one = |m: &Value| {
            let value = m["value"].as_str().unwrap().replace('\\', "\\\\").replace('"', "\\\"");
            format!("{}{}\"{value}\"", m["name"].as_str().unwrap(), m["matchType"].as_str().unwrap())
        };
        list.as_array().unwrap().iter().map(one).collect()
    };
    let spec = &object["spec"];
    let child = |r: &Value| {
        json!({"matchers": matchers(&r["matchers"]), "receiver": r["receiver"], "group_wait": r["groupWait"],
            "group_interval": r["groupInterval"], "repeat_interval": r["repeatInterval"]})
    };
    let children: Vec<Value> = spec["route"]["routes"].as_array().unwrap().iter().map(child).collect();
    let mute = |m: &Value| json!({"source_matchers": matchers(&m["sourceMatch"]), "target_matchers": matchers(&m["targetMatch"]), "equal": m["equal"]});
    let mutes: Vec<Value> = spec["inhibitRules"].as_array().unwrap().iter().map(mute).collect();
    json!({
        "route": {"receiver": spec["route"]["receiver"], "routes": [
            {"matchers": matchers(&spec["route"]["matchers"]), "group_by": spec["route"]["groupBy"], "routes": children}]},
        "inhibit_rules": mutes,
        "receivers": spec["receivers"],
        "templates": ["slovo.tmpl"],
    })
}

#[test]
fn an_object_of_the_operator_says_the_same() {
    let project = Project::load(Path::new("examples/astronomy-shop"), Some("production"));
    let mut model = project.compile().model.unwrap();
    let plain: Value = serde_yaml::from_str(&Alertmanager.emit(&model).unwrap()[0].text).unwrap();
    model.settings.alertmanager = Some(slovo::ir::Kubernetes {
        namespace: Some("monitoring".to_owned()),
        labels: [("release".to_owned(), "on".to_owned())].into(),
        ..Default::default()
    });
    let made = Alertmanager.emit(&model).unwrap();
    assert_eq!(made[0].path, "alertmanagerconfig.yaml");
    let object: Value = serde_yaml::from_str(&made[0].text).unwrap();
    assert_eq!(object["kind"], "AlertmanagerConfig");
    assert_eq!(object["metadata"]["name"], "astronomy-shop-production--promises");
    assert_eq!(object["metadata"]["namespace"], "monitoring");
    assert_eq!(object["metadata"]["labels"]["release"], "on");
    assert_eq!(by_the_operator(&object), plain);
}

/// What is told at night: the summary, whom it hits and what they are told, the runbook; and that more than one speaks.
#[test]
fn messages_of_receivers() {
    if Command::new("amtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`amtool` is missing (required in CI)");
        eprintln!("`amtool` is missing: NOT TESTED");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = Project::load(Path::new("examples/astronomy-shop"), None);
    for file in Alertmanager.emit(&project.compile().model.unwrap()).unwrap() {
        std::fs::write(folder.path().join(&file.path), &file.text).unwrap();
    }
    let check = Command::new("amtool")
        .args(["check-config", "alertmanager.yml"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(check.status.success() && said.contains("1 templates"), "{said}");
    let alert = |status: &str, summary: &str, annotations: Value| {
        let mut all = json!({"summary": summary});
        all.as_object_mut().unwrap().extend(annotations.as_object().unwrap().clone());
        json!({"status": status, "labels": {"severity": "page"}, "annotations": all})
    };
    let first = alert(
        "firing",
        "Orders <fail>",
        json!({"description": "5% of orders", "users": "Support says so", "runbook_url": "https://r/a"}),
    );
    let second = alert("firing", "Orders are slow", json!({"dashboard_url": "https://g/d"}));
    let over = alert("resolved", "Baskets were lost", json!({}));
    let render = |status: &str, alerts: &[&Value], common: Value, name: &str| {
        let data = json!({"receiver": "a", "status": status, "alerts": alerts, "groupLabels": {}, "commonAnnotations": common,
            "commonLabels": {"severity": "page", "project": "shop_staging"}, "externalURL": "http://a"});
        std::fs::write(folder.path().join("data.json"), data.to_string()).unwrap();
        let text = format!("{{{{ template \"{name}\" . }}}}");
        let output = Command::new("amtool")
            .args(["template", "render", "--template.glob=slovo.tmpl", "--template.data=data.json"])
            .arg(format!("--template.text={text}"))
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    let common = json!({"summary": "Orders <fail>"});
    assert_eq!(
        render("firing", &[&first], common.clone(), "slovo.title"),
        "[page] Orders <fail> | shop_staging"
    );
    assert_eq!(
        render("firing", &[&first, &second], json!({}), "slovo.title"),
        "[page] Orders <fail> (and 1 more) | shop_staging"
    );
    assert_eq!(
        render("resolved", &[&first], common, "slovo.title"),
        "[resolved] Orders <fail> | shop_staging"
    );
    assert_eq!(
        render("firing", &[&first, &second, &over], json!({}), "slovo.text"),
        "Orders <fail>\n5% of orders\nUsers: Support says so\nRunbook: https://r/a\n\n\
         Orders are slow\nDashboard: https://g/d\n\nResolved: Baskets were lost"
    );
}

/// Several whole configurations as one: what the head of the file asks users to do.
fn merged(configs: &[String]) -> String {
    let mut all: Value = serde_yaml::from_str(&configs[0]).unwrap();
    for config in &configs[1..] {
        let other: Value = serde_yaml::from_str(config).unwrap();
        for path in ["/route/routes", "/inhibit_rules"] {
            let more = other.pointer(path).unwrap().as_array().unwrap().clone();
            all.pointer_mut(path).unwrap().as_array_mut().unwrap().extend(more);
        }
    }
    serde_yaml::to_string(&all).unwrap()
}

/// Project, cluster, promise, name and severity of an alert; is it muted?
type Alert<'a> = (&'a str, &'a str, &'a str, (&'a str, &'a str), bool);

/// Two environments and two projects that share an Alertmanager: nobody's page mutes another's, nor a server's another
/// server's, and a silence of one is nobody else's.
#[test]
fn each_as_if_alone() {
    if Command::new("prometheus-alertmanager").arg("--version").output().is_err() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "`prometheus-alertmanager` is missing (required in CI)"
        );
        eprintln!("`prometheus-alertmanager` is missing: NOT TESTED");
        return;
    }
    let name = "astronomy_shop";
    let server = Server::start(&merged(&[of(name, None), of(name, Some("production")), of("bank", None)]));
    server.until(("GET", "/api/v2/status", ""), |status| status["config"].is_object());
    let production = "astronomy_shop_production";
    let (page, ticket) = (("PromiseBurnsFast", "page"), ("PromiseBurnsSlowly", "ticket"));
    let alerts: &[Alert<'_>] = &[
        (production, "eu", "checkout.pay.accepted", page, false),
        (production, "eu", "checkout.pay.accepted", ticket, true),
        (production, "us", "checkout.pay.accepted", ticket, false),
        (name, "eu", "checkout.pay.accepted", ticket, false),
        ("bank", "eu", "checkout.pay.accepted", ticket, false),
        // A whole and its part.
        (production, "eu", "checkout..whole", ticket, false),
        (production, "eu", "basket.view.shown", ticket, true),
        (production, "us", "basket.view.shown", ticket, false),
        (name, "eu", "basket.view.shown", ticket, false),
        ("bank", "eu", "basket.view.shown", ticket, false),
    ];
    let labels = |(project, cluster, promise, (alert, severity), _): &Alert<'_>| {
        let parts: Vec<&str> = promise.split('.').collect();
        json!({"project": project, "cluster": cluster, "journey": parts[0], "step": parts[1], "promise": parts[2],
            "alertname": alert, "severity": severity, "owner": "shop"})
    };
    let list: Vec<Value> = alerts.iter().map(|a| json!({"labels": labels(a)})).collect();
    server.ask("POST", "/api/v2/alerts", &Value::from(list).to_string()).unwrap();
    let silence = json!({"matchers": [{"name": "project", "value": "bank", "isRegex": false, "isEqual": true}],
        "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2100-01-01T00:00:00Z", "createdBy": "a test", "comment": "quiet"});
    server.ask("POST", "/api/v2/silences", &silence.to_string()).unwrap();
    let of_alert = |answer: &Value, alert: &Alert<'_>| -> Value {
        let mut wanted = labels(alert);
        wanted.as_object_mut().unwrap().retain(|_, v| v != "");
        answer.as_array().unwrap().iter().find(|a| a["labels"] == wanted).cloned().unwrap_or_default()
    };
    let ids = |found: &Value, key: &str| found["status"][key].as_array().map_or(99, Vec::len);
    let right = |answer: &Value| {
        alerts.iter().all(|alert| {
            let found = of_alert(answer, alert);
            (ids(&found, "inhibitedBy") > 0) == alert.4
                && (ids(&found, "silencedBy") == 1) == (alert.0 == "bank")
        })
    };
    let answer = server.until(("GET", "/api/v2/alerts", ""), right);
    assert_eq!(answer.as_array().unwrap().len(), alerts.len());
    // A notification speaks of one promise of one environment on one server.
    let groups =
        server.until(("GET", "/api/v2/alerts/groups", ""), |g| g.as_array().is_some_and(|g| !g.is_empty()));
    for group in groups.as_array().unwrap() {
        for alert in group["alerts"].as_array().unwrap() {
            for label in ["project", "cluster", "journey", "promise"] {
                assert_eq!(group["labels"][label], alert["labels"][label], "{label}: {group:#}");
            }
        }
    }
}
