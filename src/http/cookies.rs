use crate::exchange::Headers;
use cookie_store::{CookieStore, RawCookie};
use std::fmt;
use url::Url;

/// The most cookies of one case. RFC 6265 §6.1 asks for at least as many.
const MOST: usize = 3000;

/// The cookies of one case.
///
/// Source: RFC 6265. No list of public suffixes is kept: a case talks to the origins it names.
/// `Secure` cookies go to `https` URLs, and to this machine.
#[derive(Clone, Default)]
pub struct CookieJar {
    store: CookieStore,
    /// Domain, path and name of each, in the order of creation.
    created: Vec<[String; 3]>,
}

impl CookieJar {
    /// Makes an empty jar.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the `Set-Cookie` lines of a response to a request for `url`; lines that RFC 6265 has
    /// ignored are ignored.
    pub fn store(&mut self, url: &str, headers: &Headers) {
        if headers.get("set-cookie").is_none() {
            return;
        }
        let Ok(url) = Url::parse(url) else { return };
        for line in headers.all("set-cookie") {
            let Ok(cookie) = cookie_store::Cookie::parse(line.to_owned(), &url) else { continue };
            let key = key(&cookie);
            let is_known = self.created.contains(&key);
            if !is_known && self.created.len() >= MOST {
                continue;
            }
            // An error means that it is not for this URL: a foreign domain, an expired unknown one.
            if self.store.insert(cookie, &url).is_err() {
                continue;
            }
            let [domain, path, name] = &key;
            match (is_known, self.store.contains(domain, path, name)) {
                (false, true) => self.created.push(key),
                (true, false) => self.created.retain(|each| *each != key),
                _ => {}
            }
        }
    }

    /// The value of the `Cookie` line for a request to `url`; `None` when no cookie is for it.
    ///
    /// Longer paths come first, then older cookies: RFC 6265 §5.4.
    pub fn header_for(&self, url: &str) -> Option<String> {
        if self.created.is_empty() {
            return None;
        }
        let url = Url::parse(url).ok()?;
        let mut matches = self.store.matches(&url);
        matches.sort_by_cached_key(|cookie| {
            let key = key(cookie);
            let age = self.created.iter().position(|each| *each == key);
            (std::cmp::Reverse(key[1].len()), age)
        });
        let pairs: Vec<String> =
            matches.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

fn key(cookie: &cookie_store::Cookie<'_>) -> [String; 3] {
    let domain = String::from(&cookie.domain);
    [domain, String::from(&cookie.path), cookie.name().to_owned()]
}

/// The value that a response gives a cookie; of several lines the last, which is the one that stays.
pub fn response_cookie(headers: &Headers, name: &str) -> Option<String> {
    let cookies = headers.all("set-cookie").filter_map(|line| RawCookie::parse(line).ok());
    cookies.filter(|cookie| cookie.name() == name).last().map(|cookie| cookie.value().to_owned())
}

/// Without the values, which may be secrets.
impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.created.iter().map(|[_, _, name]| name.as_str()).collect();
        f.debug_struct("CookieJar").field("names", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(url: &str, lines: &[&str]) -> CookieJar {
        let mut jar = CookieJar::new();
        jar.store(url, &lines.iter().map(|line| ("Set-Cookie", *line)).collect());
        jar
    }

    fn check(lines: &[&str], url: &str, expected: Option<&str>) {
        let jar = jar("https://shop.example/a/b", lines);
        assert_eq!(jar.header_for(url).as_deref(), expected, "{lines:?} {url}");
    }

    #[test]
    fn cookies_go_where_rfc_6265_sends_them() {
        check(&["s=1"], "https://shop.example/a/c", Some("s=1"));
        check(&["s=1"], "https://shop.example/other", None);
        check(&["s=1; Path=/"], "https://shop.example/other", Some("s=1"));
        check(&["s=1; Path=/"], "https://other.example/", None);
        check(&["s=1; Path=/"], "https://sub.shop.example/", None);
        check(&["s=1; Path=/; Domain=shop.example"], "https://sub.shop.example/", Some("s=1"));
        check(&["s=1; Path=/; Domain=other.example"], "https://other.example/", None);
        check(&["s=1; Path=/; Secure"], "http://shop.example/", None);
        check(&["s=1; Path=/; Max-Age=0"], "https://shop.example/", None);
        check(&["nonsense", ""], "https://shop.example/a/b", None);
        check(&["s=1"], "no URL", None);
    }

    #[test]
    fn the_order_is_longer_paths_then_older_cookies() {
        let lines = ["z=1; Path=/", "y=2; Path=/", "x=3; Path=/a", "z=4; Path=/"];
        check(&lines, "https://shop.example/a/b", Some("x=3; z=4; y=2"));
    }

    #[test]
    fn values_are_kept_as_they_came() {
        check(&["s=\"a b%20\"; Path=/"], "https://shop.example/", Some("s=\"a b%20\""));
        check(&["s=; Path=/"], "https://shop.example/", Some("s="));
        check(&["s=a=b==; Path=/"], "https://shop.example/", Some("s=a=b=="));
    }

    #[test]
    fn a_cookie_can_be_taken_back() {
        let mut jar = jar("http://127.0.0.1:1/", &["s=1", "t=2"]);
        jar.store("http://127.0.0.1:2/", &[("Set-Cookie", "s=; Max-Age=0")].into_iter().collect());
        assert_eq!(jar.header_for("http://127.0.0.1:3/x").as_deref(), Some("t=2"));
        assert_eq!(format!("{jar:?}"), "CookieJar { names: [\"t\"], .. }");
    }

    #[test]
    fn a_jar_does_not_grow_without_end() {
        let mut jar = CookieJar::new();
        for number in 0..MOST + 10 {
            let line = format!("c{number}=1");
            jar.store("http://h/", &[("Set-Cookie", line)].into_iter().collect());
        }
        assert_eq!(jar.created.len(), MOST);
        assert!(jar.header_for("http://h/").is_some_and(|line| !line.contains("c3000=")));
    }

    #[test]
    fn a_response_gives_a_cookie_a_value() {
        let headers = [("Set-Cookie", "a=1; Path=/"), ("set-cookie", "b=2"), ("Set-Cookie", "a=3")];
        let headers: Headers = headers.into_iter().collect();
        assert_eq!(response_cookie(&headers, "a").as_deref(), Some("3"));
        assert_eq!(response_cookie(&headers, "c"), None);
    }
}
