use super::*;
use crate::clock::Timestamp;
use crate::engine::{CaseReport, Event, ExchangeRecord, RunStarted, Verdict};
use crate::report::Recorder;
use crate::report::fixtures::{case, record};
use serde_json::Value;
use std::sync::Arc;

const HOSTILE: &str =
    "</script><script>alert(1)</script><!--<script><img src=x onerror=alert(2)>&lt;\u{2028}]]>";

/// The page of a run of one case.
fn page(change: impl FnOnce(&mut CaseReport, &mut ExchangeRecord)) -> String {
    let (mut case, mut exchange) = (case(0, Verdict::Failed, "orders", "an order"), record());
    change(&mut case, &mut exchange);
    if let Some(step) = case.steps.last_mut() {
        step.exchanges = vec![Arc::new(exchange)];
    }
    let mut recorder = Recorder::new(Timestamp::UNIX_EPOCH, None);
    recorder.event(&Event::RunStarted(RunStarted {
        version: "1.0.0".into(),
        environment: None,
        target: "embedded mock".to_owned(),
        cases: 2,
        workers: 1,
        seed: 7,
        run_id: "r1".to_owned(),
        started: Timestamp::UNIX_EPOCH,
        shard: None,
        is_dry: false,
        banners: Vec::new(),
    }));
    recorder.event(&Event::CaseStarted { index: 1, name: "orders › the other".to_owned() });
    recorder.event(&Event::CaseFinished(Box::new(case)));
    let mut out = Vec::new();
    write(recorder.record(), &mut out).expect("memory can be written");
    String::from_utf8(out).expect("it is text")
}

fn block_of(page: &str, id: &str) -> Value {
    let (_, behind) =
        page.split_once(&format!("<script type=\"application/json\" id=\"{id}\">")).expect("it is there");
    let (text, _) = behind.split_once("</script>").expect("it ends");
    serde_json::from_str(text).expect("it is JSON")
}

/// What an HTML parser makes of scripts: from each start of one to the next end of one.
fn scripts(page: &str) -> Vec<&str> {
    page.split("<script").skip(1).map(|part| part.split("</script").next().unwrap_or_default()).collect()
}

#[test]
fn no_text_of_an_api_ends_a_block_or_begins_an_element() {
    let plain = page(|_, _| {});
    let page = page(|case, exchange| {
        case.title = HOSTILE.to_owned();
        case.id = HOSTILE.to_owned();
        case.file = HOSTILE.to_owned();
        case.reason = Some(HOSTILE.to_owned());
        case.left_behind = vec![HOSTILE.to_owned()];
        case.steps[1].title = Some(HOSTILE.to_owned());
        case.steps[1].notes = vec![HOSTILE.to_owned()];
        exchange.request.url = HOSTILE.to_owned();
        exchange.request.headers.push((HOSTILE.to_owned(), HOSTILE.to_owned()));
        exchange.repeat = Some(HOSTILE.to_owned());
        exchange.error = Some(HOSTILE.to_owned());
        if let Some(response) = &mut exchange.response {
            response.reason = HOSTILE.to_owned();
            response.body.text = HOSTILE.to_owned();
            response.body.media_type = HOSTILE.to_owned();
        }
    });
    assert_eq!(scripts(&page).len(), scripts(&plain).len());
    assert_eq!(scripts(&page).last(), scripts(&plain).last());
    for text in ["<img", "<!--<", "alert(1)</", "\u{2028}"] {
        assert!(!page.contains(text), "{text}");
    }
    let case = block_of(&page, "case-0");
    assert_eq!(case["title"], HOSTILE);
    assert_eq!(case["steps"][1]["exchanges"][0]["response"]["content"]["text"], HOSTILE);
    assert_eq!(block_of(&page, "run")["rows"][0]["title"], HOSTILE);
}

#[test]
fn the_policy_allows_the_script_and_the_style_of_the_page_and_nothing_else() {
    let page = page(|_, _| {});
    let (_, policy) = page.split_once("Content-Security-Policy\" content=\"").expect("there is a policy");
    let policy = policy.split('"').next().unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    let script = page.rsplit("<script>").next().and_then(|rest| rest.split("</script>").next());
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next());
    for part in [script, style] {
        assert!(policy.contains(&digest(part.expect("it is there"))), "{policy}");
    }
    // What the policy would refuse, and nobody would see.
    for (name, part) in [("page", PAGE), ("script", SCRIPT), ("style", STYLE)] {
        for word in [
            "innerHTML",
            "outerHTML =",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            " style=",
            "http://",
            "url(",
        ] {
            assert!(!part.contains(word), "{word} in the {name}");
        }
    }
    assert!(!PAGE.contains(" onclick") && !SCRIPT.contains("</script") && !STYLE.contains("</style"));
}

#[test]
fn long_bodies_are_cut_and_say_so() {
    let page = page(|_, exchange| {
        exchange.repeat = Some("x".repeat(65 << 10));
        let body = exchange.response.as_mut().map(|response| &mut response.body).expect("it has a response");
        body.text = "ü".repeat(1 << 20);
        body.size = 2 << 20;
    });
    assert!(page.len() < 400 << 10, "{}", page.len());
    let exchange = &block_of(&page, "case-0")["steps"][1]["exchanges"][0];
    let content = &exchange["response"]["content"];
    assert_eq!(content["text"].as_str().map(str::len), Some(64 << 10));
    assert_eq!((&content["truncated"], &content["size"]), (&Value::Bool(true), &Value::from(2 << 20)));
    assert_eq!(exchange.get("repeat"), None);
    assert_eq!(exchange["request"]["postData"]["truncated"], false);
}

#[test]
fn a_run_that_is_not_complete_says_so() {
    let run = block_of(&page(|_, _| {}), "run");
    let words = "the run ended before its end: 1 of 2 cases are done; under way was orders › the other";
    assert_eq!(run["faults"], serde_json::json!([words]));
    assert_eq!(run["headline"], "1 of 1 case failed");
}
