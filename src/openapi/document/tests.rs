use super::*;
use crate::openapi::testing::load;

fn check_refused(text: &str, expected: &str) {
    let (document, problems) = load(text);
    assert!(document.is_none(), "{text}");
    assert_eq!(problems, [expected], "{text}");
}

fn check_version(text: &str, version: Version, expected: &[&str]) {
    let (document, problems) = load(text);
    assert_eq!(document.map(|document| document.version()), Some(version), "{text}");
    assert_eq!(problems, expected, "{text}");
}

#[test]
fn documents_of_all_versions_are_read() {
    check_version("openapi: 3.0.3", Version::V30, &[]);
    check_version("openapi: '3.1.0'", Version::V31, &[]);
    check_version("openapi: 3.1", Version::V31, &[]);
    check_version("{\"openapi\": \"3.0.0\"}", Version::V30, &[]);
    check_version(" \n { \"openapi\": \"3.1.1\" }\n", Version::V31, &[]);
    check_version("{openapi: 3.0.0}", Version::V30, &[]);
    check_version("openapi: 3.0.0\ninfo: {version: 1.0, title: 7}\npaths: 5", Version::V30, &[]);
    let newer = "1:10 document.lenient OpenAPI 3.3.0 is read as 3.2";
    check_version("openapi: 3.2.0", Version::V32, &[]);
    check_version("swagger: '2.0'", Version::V20, &[]);
    check_version("swagger: 2.0", Version::V20, &[]);
    check_version("openapi: 3.3.0", Version::V32, &[newer]);
}

#[test]
fn what_is_no_document_is_refused_with_its_place() {
    let empty = "1:1 document.syntax the document is empty";
    check_refused("", empty);
    check_refused(" \n# nothing\n", empty);
    check_refused("---\n...\n", empty);
    check_refused("null", empty);
    check_refused("- a\n- b\n", "1:1 document.syntax an OpenAPI document is a map, not a list");
    check_refused("[1]", "1:1 document.syntax an OpenAPI document is a map, not a list");
    check_refused("hello", "1:1 document.syntax an OpenAPI document is a map, not a text");
    check_refused("7", "1:1 document.syntax an OpenAPI document is a map, not a number");
    let unstated = "document.version the document does not state its OpenAPI version";
    check_refused("\npaths: {}\n", &format!("2:1 {unstated}"));
    check_refused("{}", &format!("1:1 {unstated}"));
    check_refused(
        "info: {}\nswagger: \"1.2\"",
        "2:10 document.version Swagger `1.2` is not supported by this version of contest",
    );
    check_refused(
        "asyncapi: 3.0.0",
        "1:1 document.version this is an AsyncAPI document, which this version of contest does not support",
    );
    for version in ["4.0.0", "2.0", "three", "null", "{}", "true"] {
        let stated = version.trim();
        check_refused(
            &format!("openapi: {version}"),
            &format!("1:10 document.version OpenAPI `{stated}` is not supported by this version of contest"),
        );
    }
}

#[test]
fn what_cannot_be_parsed_is_refused_with_its_place() {
    check_refused(
        "{\"openapi\": \"3.0.0\",\n \"paths\": nope}",
        "2:12 document.syntax not JSON: expected ident",
    );
    check_refused("{\"a\": 1} x", "1:10 document.syntax something follows the JSON value");
    check_refused("{\"a\": \"é", "1:8 document.syntax not JSON: EOF while parsing a string");
    let (document, problems) = load("a: [1\nb: 2");
    assert!(document.is_none());
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn duplicate_keys_are_a_warning_and_the_last_wins() {
    let twice = "yaml.duplicate-key the key `info` stands twice in one map";
    for (text, place) in [
        ("openapi: 3.0.0\ninfo: {title: a}\ninfo: {title: b}\n", "3:1"),
        ("{\"openapi\": \"3.0.0\",\n\"info\": 1, \"info\": {\"title\": \"b\"}}", "2:12"),
    ] {
        let (document, problems) = load(text);
        assert_eq!(problems, [format!("{place} {twice}")]);
        assert_eq!(document.expect("it loads").title(), "b");
    }
}

#[test]
fn places_are_found_in_both_formats() {
    for (text, value, key) in [
        ("openapi: 3.0.0\ninfo:\n  title: T\n", "3:10", "3:3"),
        ("{\"openapi\": \"3.0.0\",\n\"info\": {\"title\": \"T\"}}", "2:19", "2:10"),
    ] {
        let document = load(text).0.expect("it loads");
        let place = |place: Option<Location>| {
            let position = place.expect("it is there").position();
            format!("{}:{}", position.line, position.column)
        };
        let pointer = Pointer::of(["info", "title"]);
        assert_eq!(place(document.place_of(&pointer)), value);
        assert_eq!(place(document.key_place_of(&pointer)), key);
        assert!(document.place_of(&Pointer::of(["info", "x"])).is_none());
        assert!(document.key_place_of(&Pointer::root()).is_none());
    }
}

#[test]
fn server_variables_take_their_defaults() {
    let document = load(
        "openapi: 3.0.0\nservers: [{url: 'https://{host}:{port}/{x}', variables: {host: {default: h}, port: {default: 8443}, y: 1}}, {url: /v1}, {}, 7]",
    );
    assert_eq!(document.0.expect("it loads").server_urls(), ["https://h:8443/{x}", "/v1"]);
    assert_eq!(load("{openapi: 3.0.0, servers: x}").0.expect("it loads").server_urls(), Vec::<String>::new());
}
