use super::PlannedAuth;
use crate::diagnostic::{Code, Problems};
use crate::openapi::{Operation, SecurityKind};
use crate::scenario::{AuthChoice, AuthKind, Project, Spanned};
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

/// Compares a profile's kind with what the operation asks for; another kind is a warning, for
/// documents are often wrong about it.
pub(super) fn check_auth_kind(
    auth: &PlannedAuth,
    operation: &Operation<'_>,
    project: Option<&Project>,
    call: &Spanned<String>,
    problems: &mut Problems,
) {
    let (PlannedAuth::Profile(index), Some(project)) = (auth, project) else {
        return;
    };
    let alternatives = operation.security();
    let profile = &project.auth[*index];
    let offered: Vec<SecurityKind<'_>> =
        alternatives.iter().flatten().map(|security| security.kind).collect();
    if offered.is_empty() || offered.iter().any(|kind| fits(&profile.value.kind, kind)) {
        return;
    }
    let wanted: Vec<String> =
        alternatives.iter().flatten().map(|security| security.name.to_owned()).collect();
    let message = format!(
        "`{}` asks for `{}`, and the auth profile `{}` is of another kind",
        operation.name(),
        wanted.join("` or `"),
        profile.name
    );
    problems.warning(
        Code::SCENARIO_AUTH_MISMATCH,
        call.span,
        message,
        format!("is sent as `{}`", profile.name),
    );
}

fn fits(profile: &AuthKind, kind: &SecurityKind<'_>) -> bool {
    use crate::scenario::KeyLocation;
    let is_bearer = |kind: &SecurityKind<'_>| {
        matches!(kind, SecurityKind::Bearer | SecurityKind::OAuth2 | SecurityKind::OpenIdConnect)
    };
    match (profile, kind) {
        (_, SecurityKind::Other) => true,
        (AuthKind::Bearer(_) | AuthKind::OAuth2(_), kind) => is_bearer(kind),
        (AuthKind::ApiKey { location, name, .. }, SecurityKind::ApiKey { location: at, name: wanted }) => {
            let is_header = *location == KeyLocation::Header;
            location_word(*location) == at.as_str()
                && (*wanted == name || (is_header && wanted.eq_ignore_ascii_case(name)))
        }
        (AuthKind::Basic { .. }, kind) => matches!(kind, SecurityKind::Basic),
        // `Authorization: <value>` is how a bearer or basic scheme looks from outside.
        (AuthKind::ApiKey { location: KeyLocation::Header, name, .. }, kind) => {
            name.eq_ignore_ascii_case("authorization")
                && (is_bearer(kind) || matches!(kind, SecurityKind::Basic))
        }
        (AuthKind::ApiKey { .. }, _) => false,
    }
}

fn location_word(location: crate::scenario::KeyLocation) -> &'static str {
    use crate::scenario::KeyLocation;
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
    use crate::openapi::{Document, ParameterIn};
    use crate::source::Source;
    use std::path::Path;

    const KEY: SecurityKind<'_> = SecurityKind::ApiKey { location: ParameterIn::Header, name: "X-Key" };
    const QUERY: SecurityKind<'_> = SecurityKind::ApiKey { location: ParameterIn::Query, name: "key" };
    const COOKIE: SecurityKind<'_> = SecurityKind::ApiKey { location: ParameterIn::Cookie, name: "sid" };

    fn project(profile: &str) -> Project {
        let source = Source::new("contest.yaml", format!("contest: 1\nauth: {{ own: {profile} }}\n"));
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

    /// What is said of a bearer profile that is used with these requirements.
    fn check_requirements(security: &str, expected: usize) {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{ title: T, version: '1' }}\npaths: {{ /a: {{ get: {{ operationId: a, security: {security}, responses: {{}} }} }} }}\ncomponents: {{ securitySchemes: {{ key: {{ type: apiKey, in: header, name: X-Key }}, token: {{ type: http, scheme: BEARER }}, odd: {{ type: http, scheme: digest }} }} }}\n"
        );
        let source = Source::new("shop.yaml", text);
        let document =
            Document::load(&Limits::default(), &mut Problems::new(&source)).expect("the document loads");
        let operation = document.find_operation("a").expect("it is there");
        let project = project("{ bearer: a }");
        let mut problems = Problems::new(&source);
        let call = Spanned::new("a".to_owned(), Default::default());
        check_auth_kind(&PlannedAuth::Profile(0), &operation, Some(&project), &call, &mut problems);
        assert_eq!(problems.len(), expected, "{security}");
    }

    #[test]
    fn one_requirement_that_fits_is_enough() {
        check_requirements("[]", 0);
        check_requirements("[{}]", 0);
        check_requirements("[{ token: [] }]", 0);
        check_requirements("[{ key: [] }]", 1);
        check_requirements("[{ key: [] }, {}]", 1);
        check_requirements("[{ key: [] }, { token: [] }]", 0);
        check_requirements("[{ key: [], token: [] }]", 0);
        check_requirements("[{ odd: [] }]", 0);
        check_requirements("[{ unknown: [] }]", 0);
    }
}
