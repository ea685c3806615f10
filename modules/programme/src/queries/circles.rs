//! Circles in a graph: what depends on itself by way of others, as one.

/// The strongly connected components of a graph given by what each node points to (Tarjan's way,
/// without recursion). A component comes after every one it points to.
#[must_use]
pub fn components(points_to: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut walk = Walk {
        order: vec![None; points_to.len()],
        low: vec![0; points_to.len()],
        is_open: vec![false; points_to.len()],
        open: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for start in 0..points_to.len() {
        if walk.order[start].is_none() {
            walk.from(start, points_to);
        }
    }
    walk.found
}

struct Walk {
    /// In which order nodes were met.
    order: Vec<Option<usize>>,
    /// The earliest met node that is open and can be reached.
    low: Vec<usize>,
    is_open: Vec<bool>,
    open: Vec<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Walk {
    fn from(&mut self, start: usize, points_to: &[Vec<usize>]) {
        let mut path = vec![(start, 0)];
        self.meet(start);
        while let Some((node, at)) = path.pop() {
            match points_to[node].get(at) {
                Some(&other) => {
                    path.push((node, at + 1));
                    match self.order[other] {
                        None => {
                            self.meet(other);
                            path.push((other, 0));
                        }
                        Some(met) if self.is_open[other] => {
                            self.low[node] = self.low[node].min(met);
                        }
                        Some(_) => {}
                    }
                }
                None => {
                    if let Some(&(parent, _)) = path.last() {
                        self.low[parent] = self.low[parent].min(self.low[node]);
                    }
                    if self.order[node] == Some(self.low[node]) {
                        self.close(node);
                    }
                }
            }
        }
    }

    fn meet(&mut self, node: usize) {
        self.order[node] = Some(self.next);
        self.low[node] = self.next;
        self.next += 1;
        self.is_open[node] = true;
        self.open.push(node);
    }

    fn close(&mut self, root: usize) {
        let mut component = Vec::new();
        while let Some(node) = self.open.pop() {
            self.is_open[node] = false;
            component.push(node);
            if node == root {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn circles_are_one_and_come_after_what_they_point_to() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3, and 4 by itself.
        let graph = [vec![1], vec![2], vec![1, 3], vec![], vec![]];
        assert_eq!(components(&graph), [vec![3], vec![1, 2], vec![0], vec![4]]);
        assert!(components(&[]).is_empty());
    }

    #[test]
    fn a_long_chain_takes_no_stack() {
        let long: Vec<Vec<usize>> = (0..100_000)
            .map(|n| if n + 1 < 100_000 { vec![n + 1] } else { vec![] })
            .collect();
        assert_eq!(components(&long).len(), 100_000);
    }
}
