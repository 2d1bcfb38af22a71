use super::*;
use crate::json::Located;

fn datum(json: &str) -> Datum {
    let located = Located::parse(json).expect("it is JSON");
    Datum::of_part(&serde_json::from_str(json).expect("it is JSON"), &located, &Pointer::root())
}

/// The parameter is called `color`; `how` is its location, its style, and `explode` or
/// `reserved` where they hold.
fn check(how: &str, value: &str, expected: &str) {
    let mut words = how.split(' ');
    let location = words.next().and_then(ParameterIn::parse).expect("a location");
    let style = words.next().and_then(Style::parse).expect("a style");
    let flags: Vec<&str> = words.collect();
    let serialization = Serialization {
        name: "color",
        location,
        style,
        explode: flags.contains(&"explode"),
        allow_reserved: flags.contains(&"reserved"),
    };
    let join = |pairs: Vec<(String, String)>, by: &str| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(by)
    };
    let found = match serialization.encode(&datum(value)) {
        Ok(Encoded::Nothing) => "nothing".to_owned(),
        Ok(Encoded::Path(text) | Encoded::Header(text) | Encoded::QueryString(text)) => text,
        Ok(Encoded::Query(pairs)) => join(pairs, "&"),
        Ok(Encoded::Cookie(pairs)) => join(pairs, "; "),
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expected, "{how} {value}");
}

/// OpenAPI 3.1.1, "Style Examples": style, explode, string, array, object. The column
/// "undefined" is not sent, or refused where something must be.
#[test]
fn the_table_of_the_specification() {
    for (how, string, array, object) in [
        ("path matrix", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
        ("path matrix explode", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
        ("path label", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
        ("path label explode", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
        ("path simple", "blue", "blue,black,brown", "R,100,G,200,B,150"),
        ("path simple explode", "blue", "blue,black,brown", "R=100,G=200,B=150"),
        ("header simple", "blue", "blue,black,brown", "R,100,G,200,B,150"),
        ("header simple explode", "blue", "blue,black,brown", "R=100,G=200,B=150"),
        ("query form", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
        ("query form explode", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
        ("cookie form", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
        ("cookie form explode", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"),
        (
            "query spaceDelimited",
            "color=blue",
            "color=blue%20black%20brown",
            "color=R%20100%20G%20200%20B%20150",
        ),
        (
            "query pipeDelimited",
            "color=blue",
            "color=blue%7Cblack%7Cbrown",
            "color=R%7C100%7CG%7C200%7CB%7C150",
        ),
        (
            "query deepObject explode",
            "color=blue",
            "color=blue&color=black&color=brown",
            "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
        ),
    ] {
        check(how, "\"blue\"", string);
        check(how, "[\"blue\", \"black\", \"brown\"]", array);
        check(how, "{\"R\": 100, \"G\": 200, \"B\": 150}", object);
    }
}

#[test]
fn undefined_values_are_not_sent_and_the_empty_string_is() {
    for how in [
        "query form",
        "query form explode",
        "query pipeDelimited",
        "query deepObject",
        "header simple",
        "cookie form",
    ] {
        for value in ["null", "[]", "{}", "[null]", "{\"a\": null}"] {
            check(how, value, "nothing");
        }
    }
    check("query form", "\"\"", "color=");
    check("query form explode", "[\"\", \"a\"]", "color=&color=a");
    check("query form", "[\"a\", null, \"b\"]", "color=a,b");
    check("query form explode", "{\"a\": \"\", \"b\": null}", "a=");
    check("query deepObject", "{\"a\": \"\", \"b\": null}", "color%5Ba%5D=");
    check("header simple", "\"\"", "");
    check("cookie form", "\"\"", "color=");
    check("path matrix", "\"\"", ";color");
    check("path matrix explode", "[\"a\", \"\"]", ";color=a;color");
    check("path simple", "[\"\", \"\"]", ",");
}

#[test]
fn what_would_change_the_path_is_refused() {
    for value in ["null", "\"\"", "\".\"", "\"..\"", "[]", "{}", "[\"..\"]", "[null]"] {
        let shown = datum(value).to_json();
        let expected = format!("the path parameter `color` is {shown}, which cannot be sent in a URL path");
        check("path simple", value, &expected);
    }
    check("path label", "\"\"", "the path parameter `color` is \"\", which cannot be sent in a URL path");
    check("path label", "\".\"", "the path parameter `color` is \".\", which cannot be sent in a URL path");
    check("path label explode", "[]", "the path parameter `color` is [], which cannot be sent in a URL path");
    check("path matrix", "null", "the path parameter `color` is null, which cannot be sent in a URL path");
    check("path matrix", "\"..\"", ";color=..");
    check("path simple", "\"...\"", "...");
    check("path simple", "\".a\"", ".a");
}

#[test]
fn texts_are_percent_encoded_outside_the_unreserved_characters() {
    check("path simple", "\"a/b c%?#é~._-\"", "a%2Fb%20c%25%3F%23%C3%A9~._-");
    check("path simple", "[\"a,b\", \"c\"]", "a%2Cb,c");
    check("path simple", "\"\\n\"", "%0A");
    check("query form", "\"a b+c&d=e\"", "color=a%20b%2Bc%26d%3De");
    check("query form explode", "{\"a&b\": \"c=d\"}", "a%26b=c%3Dd");
    check("query deepObject", "{\"a b\": 1}", "color%5Ba%20b%5D=1");
    check("query pipeDelimited", "[\"a|b\", \"c\"]", "color=a%7Cb%7Cc");
    check("header simple", "\"a b,é%\"", "a b,é%");
    check("cookie form", "\"a b;c,d==%2F\"", "color=a%20b%3Bc%2Cd==%252F");
    check("cookie form", "\"a%2Fb==\"", "color=a%2Fb==");
}

#[test]
fn reserved_characters_pass_where_the_document_allows_them() {
    check("query form reserved", "\":/?@!$()*,;=\"", "color=:/?@!$()*,;=");
    check("query form reserved", "\"#[]&+'\"", "color=%23%5B%5D%26%2B%27");
    check("query form reserved", "\"%2F %zz %\"", "color=%2F%20%25zz%20%25");
    check("query form reserved", "\"%é\"", "color=%25%C3%A9");
    check("path simple reserved", "\"/\"", "%2F");
}

#[test]
fn numbers_keep_their_digits_and_booleans_are_words() {
    check("query form", "1.10", "color=1.10");
    check("query form", "100000000000000000001", "color=100000000000000000001");
    check("query form explode", "[1e3, true, false]", "color=1e3&color=true&color=false");
    check("header simple", "-0.50", "-0.50");
    check("query deepObject", "{\"a\": 1.10}", "color%5Ba%5D=1.10");
}

#[test]
fn line_ends_cannot_be_sent_in_headers() {
    let words = |location: &str, what: &str| {
        format!("the value of the {location} parameter `color` holds {what}, which no header can carry")
    };
    check("header simple", "\"a\\nb\"", &words("header", "a line feed"));
    check("header simple", "[\"a\", \"\\r\"]", &words("header", "a carriage return"));
    check("header simple", "{\"a\\u0000\": 1}", &words("header", "a NUL"));
    check("cookie form", "{\"a\": \"\\n\"}", &words("cookie", "a line feed"));
    check("header simple", "\"a\\tb\"", "a\tb");
}

#[test]
fn nested_values_are_sent_where_servers_agree_how() {
    let words = |what: &str, style: &str| {
        format!("`color` holds {what}, for which OpenAPI has no spelling in the style `{style}`")
    };
    check("query form", "[[1]]", &words("an array", "form"));
    check("query form explode", "{\"a\": {\"b\": 1}}", &words("an object", "form"));
    check("path simple", "[{}]", &words("an object", "simple"));
    check("header simple", "{\"a\": []}", &words("an array", "simple"));
    check("query pipeDelimited", "[[1]]", &words("an array", "pipeDelimited"));
    check(
        "query deepObject",
        "{\"a\": {\"b\": [1, 2], \"c\": null}}",
        "color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bb%5D=2",
    );
    check("query deepObject", "[[1]]", &words("an array", "deepObject"));
}

#[test]
fn spaces_and_pipes_with_explode_are_sent_as_form_sends_them() {
    check("query spaceDelimited explode", "[1, 2]", "color=1&color=2");
    check("query pipeDelimited explode", "{\"a\": 1}", "a=1");
}

#[test]
fn content_is_written_in_its_media_type() {
    let text = "openapi: 3.0.3\npaths: { /a: { get: { parameters: [
        { name: f, in: query, content: { application/json: {} } },
        { name: t, in: header, content: { text/plain: {} } } ] } } }\n";
    let document = crate::openapi::testing::load(text).0.expect("it loads");
    let operation = document.operations().next().expect("it has one");
    let parameters = operation.parameters();
    let query = |text: &str| Ok(Encoded::Query(vec![("f".to_owned(), text.to_owned())]));
    assert_eq!(
        encode_parameter(&parameters[0], &datum("{\"a\": [1.10]}")),
        query("%7B%22a%22%3A%5B1.10%5D%7D")
    );
    assert_eq!(encode_parameter(&parameters[0], &datum("\"x\"")), query("%22x%22"));
    assert_eq!(encode_parameter(&parameters[0], &datum("null")), Ok(Encoded::Nothing));
    assert_eq!(encode_parameter(&parameters[1], &datum("\"x\"")), Ok(Encoded::Header("x".to_owned())));
}
