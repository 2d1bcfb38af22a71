use super::{Map, Value};

/// Up to so many members are compared one by one: a hash takes as long as that. Objects that people write,
/// and schemas most of all, have few.
const FEW: usize = 12;

/// Members of an object by name, quickly where there are few.
pub(crate) trait Members {
    /// The member of a name; none of what is no object.
    fn member(&self, name: &str) -> Option<&Value>;

    /// Whether there is a member of a name.
    fn has_member(&self, name: &str) -> bool {
        self.member(name).is_some()
    }
}

impl Members for Map<String, Value> {
    fn member(&self, name: &str) -> Option<&Value> {
        match self.len() {
            0..=FEW => self.iter().find(|(each, _)| *each == name).map(|(_, value)| value),
            _ => self.get(name),
        }
    }
}

impl Members for Value {
    fn member(&self, name: &str) -> Option<&Value> {
        self.as_object()?.member(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_members_are_found_alike() {
        for count in [0, 1, FEW, FEW + 1, 100] {
            let map: Map<String, Value> = (0..count).map(|n| (format!("n{n}"), Value::from(n))).collect();
            for n in 0..count + 2 {
                let name = format!("n{n}");
                assert_eq!(map.member(&name), map.get(&name), "{name} of {count}");
                assert_eq!(map.has_member(&name), n < count);
            }
        }
        assert_eq!(Value::from("n0").member("n0"), None);
    }
}
