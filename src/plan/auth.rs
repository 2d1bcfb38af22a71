use super::PlannedAuth;
use crate::diagnostic::{Code, Problems};
use crate::openapi::{Operation, ParameterIn, Security, SecurityKind};
use crate::scenario::{AuthChoice, AuthKind, KeyLocation, Project, Spanned, parts_of};
use crate::yaml::nearest;

/// Resolves a written choice to a profile; an unknown name is reported.
pub(super) fn resolve_auth(
    choice: Option<&AuthChoice>,
    project: Option<&Project>,
    problems: &mut Problems,
) -> PlannedAuth {
    match choice {
        None => PlannedAuth::Unset,
        Some(AuthChoice::None) => PlannedAuth::None,
        Some(AuthChoice::Expression(template)) => PlannedAuth::Expression(template.clone()),
        Some(AuthChoice::Profile(name)) => match profile_index(&name.value, project) {
            Some(index) => PlannedAuth::Profile(index),
            // What is wrong with it is said where it is written.
            None if project.is_some_and(|it| it.broken_auth.contains(&name.value)) => PlannedAuth::Unset,
            None => {
                report_unknown(name, project, problems);
                PlannedAuth::Unset
            }
        },
    }
}

/// The place of a profile in the project file.
pub(super) fn profile_index(name: &str, project: Option<&Project>) -> Option<usize> {
    project?.auth.iter().position(|profile| profile.name == name)
}

fn report_unknown(name: &Spanned<String>, project: Option<&Project>, problems: &mut Problems) {
    let profiles: Vec<&str> =
        project.map(|it| it.auth.iter().map(|profile| profile.name.as_str()).collect()).unwrap_or_default();
    let label = match (nearest(&name.value, profiles.iter().copied()), profiles.as_slice()) {
        (Some(meant), _) => format!("did you mean `{meant}`?"),
        (None, []) => "`contest.yaml` has no `auth`".to_owned(),
        (None, _) => format!("the profiles are {}", profiles.join(", ")),
    };
    let message = format!("there is no auth profile `{}`", name.value);
    problems.error(Code::SCENARIO_UNKNOWN_AUTH, name.span, message, label);
}

/// Compares what a profile gives with what the operation asks for; what is left out is a warning, for
/// documents are often wrong about it. `is_given` says of a scheme that something else than the profile
/// gives what it asks for: the step's own header, the certificate of the environment.
///
/// Source: OpenAPI 3.1.1, "Security Requirement Object": one of the alternatives, everything in it.
pub(super) fn check_auth_kind(
    auth: &PlannedAuth,
    operation: &Operation<'_>,
    project: Option<&Project>,
    is_given: impl Fn(&SecurityKind<'_>) -> bool,
    call: &Spanned<String>,
    problems: &mut Problems,
) {
    let (PlannedAuth::Profile(index), Some(project)) = (auth, project) else {
        return;
    };
    let mut alternatives = operation.security();
    alternatives.retain(|schemes| !schemes.is_empty());
    let parts: Vec<&AuthKind> =
        parts_of(&project.auth, *index).into_iter().map(|part| &project.auth[part].value.kind).collect();
    // What is wrong with a profile that has no parts is said where it is written.
    if alternatives.is_empty() || parts.is_empty() {
        return;
    }
    let is_of_profile = |kind: &SecurityKind<'_>| parts.iter().any(|part| fits(part, kind));
    let lacking = |schemes: &[Security<'_>]| -> Vec<String> {
        let lacks = schemes.iter().filter(|it| !is_of_profile(&it.kind) && !is_given(&it.kind));
        lacks.map(|it| format!("`{}`", it.name)).collect()
    };
    let Some((nearest, lacks)) = alternatives
        .iter()
        .map(|schemes| (schemes, lacking(schemes)))
        .min_by_key(|(schemes, lacks)| (lacks.len() == schemes.len(), lacks.len()))
        .filter(|(_, lacks)| !lacks.is_empty())
    else {
        return;
    };
    let name = &project.auth[*index].name;
    let is_other = lacks.len() == nearest.len();
    let wanted: Vec<String> = alternatives
        .iter()
        .map(|all| all.iter().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(" with "))
        .collect();
    let message = match is_other {
        true => format!(
            "`{}` asks for {}, and the auth profile `{name}` is of another kind",
            operation.name(),
            wanted.join(" or ")
        ),
        false => format!(
            "`{}` asks for {}, and the auth profile `{name}` does not give {}",
            operation.name(),
            wanted.join(" or "),
            lacks.join(" and ")
        ),
    };
    let label = format!("is sent as `{name}`");
    let diagnostic = problems.warning(Code::SCENARIO_AUTH_MISMATCH, call.span, message, label);
    if !is_other {
        diagnostic.help.push("a profile `all: [a, b]` gives what several others give".to_owned());
    }
}

fn fits(profile: &AuthKind, kind: &SecurityKind<'_>) -> bool {
    let is_bearer = |kind: &SecurityKind<'_>| {
        matches!(kind, SecurityKind::Bearer | SecurityKind::OAuth2 | SecurityKind::OpenIdConnect)
    };
    // `Authorization: <value>` is how a bearer or basic scheme looks from outside.
    let is_header = |header: &str| match kind {
        SecurityKind::ApiKey { location: ParameterIn::Header, name } => name.eq_ignore_ascii_case(header),
        kind => {
            header.eq_ignore_ascii_case("authorization")
                && (is_bearer(kind) || matches!(kind, SecurityKind::Basic))
        }
    };
    match (profile, kind) {
        (_, SecurityKind::Other) => true,
        (AuthKind::Bearer(_) | AuthKind::OAuth2(_), kind) => is_bearer(kind),
        (AuthKind::Command(command), kind) if command.headers.is_empty() => is_bearer(kind),
        (AuthKind::Flow(flow), kind) if flow.headers.is_empty() => is_bearer(kind),
        (AuthKind::Flow(flow), _) => flow.headers.iter().any(|header| is_header(&header.name)),
        (AuthKind::Command(command), _) => command.headers.iter().any(|header| is_header(&header.name)),
        (AuthKind::Basic { .. }, kind) => matches!(kind, SecurityKind::Basic),
        (AuthKind::ApiKey { location: KeyLocation::Header, name, .. }, _) => is_header(name),
        (AuthKind::ApiKey { location, name, .. }, SecurityKind::ApiKey { location: at, name: wanted }) => {
            location_word(*location) == at.as_str() && *wanted == name
        }
        (AuthKind::MutualTls { .. }, kind) => matches!(kind, SecurityKind::MutualTls),
        (AuthKind::ApiKey { .. } | AuthKind::All(_), _) => false,
    }
}

fn location_word(location: KeyLocation) -> &'static str {
    match location {
        KeyLocation::Header => "header",
        KeyLocation::Query => "query",
        KeyLocation::Cookie => "cookie",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Problems;
    use crate::limits::Limits;
    use crate::openapi::Document;
    use crate::source::Source;
    use std::path::Path;

    const KEY: SecurityKind<'_> = SecurityKind::ApiKey { location: ParameterIn::Header, name: "X-Key" };
    const QUERY: SecurityKind<'_> = SecurityKind::ApiKey { location: ParameterIn::Query, name: "key" };
    const COOKIE: SecurityKind<'_> = SecurityKind::ApiKey { location: ParameterIn::Cookie, name: "sid" };

    /// The profile `own`, beside others that it may be made of.
    fn project(profile: &str) -> Project {
        let others = "key: { apiKey: { in: header, name: X-Key, value: a } }, token: { bearer: a }, \
                      card: { mtls: { cert: a, key: b } }";
        let text = format!("contest: 1\nauth: {{ own: {profile}, {others} }}\n");
        let source = Source::new("contest.yaml", text);
        let mut problems = Problems::new(&source);
        let project = Project::read(Path::new("contest.yaml"), &Limits::default(), &mut problems);
        project.expect("it can be read")
    }

    /// The kinds among all that a profile fits.
    fn check(profile: &str, expected: &[SecurityKind<'_>]) {
        use SecurityKind::{Basic, Bearer, MutualTls, OAuth2, OpenIdConnect, Other};
        let all = [Bearer, Basic, KEY, QUERY, COOKIE, OAuth2, OpenIdConnect, MutualTls, Other];
        let project = project(profile);
        let found: Vec<_> = all.into_iter().filter(|kind| fits(&project.auth[0].value.kind, kind)).collect();
        assert_eq!(found, expected, "{profile}");
    }

    #[test]
    fn profiles_fit_the_schemes_that_look_the_same_on_the_wire() {
        use SecurityKind::{Basic, Bearer, OAuth2, OpenIdConnect, Other};
        let oauth2 = "{ oauth2: { grant: client_credentials, tokenUrl: /t, clientId: a } }";
        check("{ bearer: a }", &[Bearer, OAuth2, OpenIdConnect, Other]);
        check("{ basic: { username: a, password: b } }", &[Basic, Other]);
        check(oauth2, &[Bearer, OAuth2, OpenIdConnect, Other]);
        check("{ apiKey: { in: header, name: x-key, value: a } }", &[KEY, Other]);
        check("{ apiKey: { in: query, name: key, value: a } }", &[QUERY, Other]);
        check("{ apiKey: { in: query, name: Key, value: a } }", &[Other]);
        check("{ apiKey: { in: cookie, name: sid, value: a } }", &[COOKIE, Other]);
        check(
            "{ apiKey: { in: header, name: Authorization, value: a } }",
            &[Bearer, Basic, OAuth2, OpenIdConnect, Other],
        );
    }

    #[test]
    fn certificates_and_commands_fit_what_they_give() {
        use SecurityKind::{Basic, Bearer, MutualTls, OAuth2, OpenIdConnect, Other};
        check("{ mtls: { cert: a, key: b } }", &[MutualTls, Other]);
        check("{ command: [./a] }", &[Bearer, OAuth2, OpenIdConnect, Other]);
        check("{ command: [./a], headers: { x-key: a } }", &[KEY, Other]);
        check(
            "{ command: [./a], headers: { X-Other: a, Authorization: a } }",
            &[Bearer, Basic, OAuth2, OpenIdConnect, Other],
        );
    }

    /// What is said of a profile that is used with these requirements, where a certificate of the
    /// environment is shown.
    fn check_requirements(profile: &str, security: &str, expected: Option<&str>) {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{ title: T, version: '1' }}\npaths: {{ /a: {{ get: {{ operationId: a, security: {security}, responses: {{}} }} }} }}\ncomponents: {{ securitySchemes: {{ key: {{ type: apiKey, in: header, name: X-Key }}, token: {{ type: http, scheme: BEARER }}, odd: {{ type: http, scheme: digest }}, card: {{ type: mutualTLS }} }} }}\n"
        );
        let source = Source::new("shop.yaml", text);
        let document =
            Document::load(&Limits::default(), &mut Problems::new(&source)).expect("the document loads");
        let operation = document.find_operation("a").expect("it is there");
        let project = project(profile);
        let mut problems = Problems::new(&source);
        let call = Spanned::new("a".to_owned(), Default::default());
        let is_given = |kind: &SecurityKind<'_>| *kind == SecurityKind::MutualTls;
        check_auth_kind(&PlannedAuth::Profile(0), &operation, Some(&project), is_given, &call, &mut problems);
        let list = problems.into_list();
        let found: Vec<&str> = list.iter().map(|each| each.message.as_str()).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{profile} {security}");
    }

    #[test]
    fn one_alternative_is_enough() {
        const OTHER: &str = "`a` asks for `key`, and the auth profile `own` is of another kind";
        let bearer = |security, expected| check_requirements("{ bearer: a }", security, expected);
        bearer("[]", None);
        bearer("[{}]", None);
        bearer("[{ token: [] }]", None);
        bearer("[{ token: [] }, {}]", None);
        bearer("[{ key: [] }]", Some(OTHER));
        bearer("[{ key: [] }, {}]", Some(OTHER));
        bearer("[{ key: [] }, { token: [] }]", None);
        bearer("[{ odd: [] }]", None);
        bearer("[{ unknown: [] }]", None);
        bearer("[{ card: [] }]", None);
        bearer("[{ card: [], token: [] }]", None);
        check_requirements("{ mtls: { cert: a, key: b } }", "[{ key: [] }]", Some(OTHER));
        check_requirements("{ command: [./a] }", "[{ token: [] }]", None);
    }

    #[test]
    fn everything_of_an_alternative_is_needed() {
        const BOTH: &str = "`a` asks for `key` with `token`, and the auth profile `own` does not give `key`";
        check_requirements("{ bearer: a }", "[{ key: [], token: [] }]", Some(BOTH));
        check_requirements("{ all: [token, key] }", "[{ key: [], token: [] }]", None);
        check_requirements("{ all: [token, key, card] }", "[{ key: [], token: [] }]", None);
        check_requirements("{ all: [token, card] }", "[{ key: [], token: [] }]", Some(BOTH));
        check_requirements("{ bearer: a }", "[{ key: [], odd: [] }, { token: [], odd: [] }]", None);
        check_requirements(
            "{ bearer: a }",
            "[{ key: [] }, { key: [], token: [] }]",
            Some("`a` asks for `key` or `key` with `token`, and the auth profile `own` does not give `key`"),
        );
    }
}
