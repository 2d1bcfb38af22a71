//! Giving every matcher an element of its own.

/// Finds a largest set of pairs in which every left and every right stands at most once. Gives for
/// each left its right.
///
/// `fits(left, right)` is asked at most once for each pair, and for a left no more often than until
/// as many rights fit as there are lefts: with so many to choose from it cannot go without.
///
/// Source: the augmenting-path theorem of Berge, as in Kuhn's algorithm.
pub(super) fn pair<E>(
    lefts: usize,
    rights: usize,
    mut fits: impl FnMut(usize, usize) -> Result<bool, E>,
) -> Result<Vec<Option<usize>>, E> {
    let mut choices = Vec::with_capacity(lefts);
    for left in 0..lefts {
        let mut fitting = Vec::new();
        for right in 0..rights {
            if fits(left, right)? {
                fitting.push(right);
                if fitting.len() >= lefts {
                    break;
                }
            }
        }
        choices.push(fitting);
    }
    let mut right_of: Vec<Option<usize>> = vec![None; lefts];
    let mut left_of = std::collections::HashMap::new();
    for start in 0..lefts {
        augment(start, &choices, &mut right_of, &mut left_of);
    }
    Ok(right_of)
}

/// Looks breadth-first for a chain of exchanges that gives `start` a partner, and carries it out.
fn augment(
    start: usize,
    choices: &[Vec<usize>],
    right_of: &mut [Option<usize>],
    left_of: &mut std::collections::HashMap<usize, usize>,
) {
    let mut came_from = std::collections::HashMap::new();
    let mut waiting = std::collections::VecDeque::from([start]);
    while let Some(left) = waiting.pop_front() {
        for right in &choices[left] {
            if came_from.contains_key(right) {
                continue;
            }
            came_from.insert(*right, left);
            match left_of.get(right) {
                Some(holder) => waiting.push_back(*holder),
                None => {
                    let mut free = *right;
                    loop {
                        let left = came_from[&free];
                        let given_up = right_of[left].replace(free);
                        left_of.insert(free, left);
                        match given_up {
                            Some(right) if left != start => free = right,
                            _ => return,
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &[&[u8]], expected: usize) {
        let rights = table.first().map_or(0, |row| row.len());
        let fits = |left: usize, right: usize| Ok::<_, ()>(table[left][right] == 1);
        let pairs = pair(table.len(), rights, fits).expect("nothing fails");
        let mut taken: Vec<_> = pairs.iter().flatten().collect();
        assert_eq!(taken.len(), expected, "{table:?}");
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), expected, "{table:?}");
        assert!(
            pairs.iter().enumerate().all(|(left, right)| right.is_none_or(|right| table[left][right] == 1))
        );
    }

    #[test]
    fn as_many_as_possible_are_paired() {
        check(&[], 0);
        check(&[&[0]], 0);
        check(&[&[1, 1], &[1, 0]], 2);
        check(&[&[1, 0], &[1, 0]], 1);
        check(&[&[1, 1, 0], &[1, 0, 0], &[0, 1, 1]], 3);
        check(&[&[1, 1, 0, 0], &[1, 0, 1, 0], &[0, 1, 1, 0], &[1, 1, 1, 0]], 3);
        check(&[&[0, 0, 1, 1, 1, 1]], 1);
    }

    #[test]
    fn long_chains_are_exchanged_without_recursion() {
        let count = 2000;
        let fits = |left: usize, right: usize| {
            Ok::<_, ()>(right == left || right + 1 == left || (left == 0 && right == count - 1))
        };
        let pairs = pair(count, count, fits).expect("nothing fails");
        assert_eq!(pairs.iter().flatten().count(), count);
    }
}
