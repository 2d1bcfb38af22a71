//! Entries that lead to one another.

use super::links::Link;

/// The number of the circle that each entry belongs to, one that leads nowhere back being a circle of
/// its own; what a circle leads to has lower numbers.
///
/// Source: Tarjan's strongly connected components, with a stack of its own.
pub(super) fn components(links: &[Vec<Link>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let n = links.len();
    let (mut index, mut low, mut circle) = (vec![NONE; n], vec![NONE; n], vec![NONE; n]);
    let (mut next, mut n_circles) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    for start in 0..n {
        if index[start] != NONE {
            continue;
        }
        let mut stack = vec![(start, 0)];
        while let Some((number, at)) = stack.pop() {
            if at == 0 {
                index[number] = next;
                low[number] = next;
                next += 1;
                open.push(number);
            }
            match links[number].get(at) {
                Some((_, to)) => {
                    stack.push((number, at + 1));
                    if index[*to] == NONE {
                        stack.push((*to, 0));
                    } else if circle[*to] == NONE {
                        low[number] = low[number].min(index[*to]);
                    }
                }
                None => {
                    if low[number] == index[number] {
                        while let Some(member) = open.pop() {
                            circle[member] = n_circles;
                            if member == number {
                                break;
                            }
                        }
                        n_circles += 1;
                    }
                    if let Some((above, _)) = stack.last() {
                        low[*above] = low[*above].min(low[number]);
                    }
                }
            }
        }
    }
    circle
}
