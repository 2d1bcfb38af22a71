//! Maps and sets of names that documents give, for where many are looked up: as `std` has them, with a hash that
//! takes a fifth of the time. Its seed is another one in each process, so that no document can be made whose
//! names all meet.

/// What a hash begins with.
pub(crate) type Seed = foldhash::fast::RandomState;

/// A map, seeded.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, Seed>;

/// A set, seeded.
pub(crate) type HashSet<T> = std::collections::HashSet<T, Seed>;
