//! Maps and sets of names that documents give, for where many are looked up: as `std` has them, with a hash that
//! takes a fifth of the time. Its seed is another one in each process, so that no document can be made whose
//! names all meet.

/// A map, seeded.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// A set, seeded.
pub(crate) type HashSet<T> = std::collections::HashSet<T, foldhash::fast::RandomState>;
