use super::check;

fn check_paths(paths: &[&str], expected: &[&str]) {
    let mut text = "openapi: 3.1.0\npaths:\n".to_owned();
    for path in paths {
        let names: Vec<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let parameters: Vec<String> =
            names.iter().map(|name| format!("{{ name: {name}, in: path, required: true }}")).collect();
        text.push_str(&format!(
            "  {path}: {{ get: {{ parameters: [{}], responses: {{ 200: {{ description: '' }} }} }} }}\n",
            parameters.join(", ")
        ));
    }
    check(&text, expected);
}

#[test]
fn equal_templates_are_one_path() {
    check_paths(
        &["/a/{id}", "/a/{name}"],
        &[
            "4:3 document.ambiguous-path `/a/{name}` is the same path as `/a/{id}` | matches the same requests (describe all methods of a path under one template)",
        ],
    );
}

#[test]
fn of_two_that_match_one_should_be_the_more_concrete() {
    check_paths(
        &["/books/{id}", "/{entity}/me"],
        &[
            "4:3 document.ambiguous-path `/books/{id}` and `/{entity}/me` both match GET /books/me | neither is the more concrete",
        ],
    );
    for fine in [
        &["/books/{id}", "/books/me"][..],
        &["/{entity}/me", "/{entity}/you"],
        &["/{a}/b/{c}", "/{a}/b"],
        &["/a/{id}.json", "/a/{id}.xml"],
    ] {
        check_paths(fine, &[]);
    }
}
