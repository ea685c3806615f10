//! Links between three places: site a, site b and the witness.

/// Index of a place; sites are 0 and 1.
pub(crate) type Place = usize;

/// The witness.
pub(crate) const WITNESS: Place = 2;

/// Which places hear which. A link can be cut in one direction only, and more than one fault may
/// cut it at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    cuts: [[u32; 3]; 3],
    client_cuts: [u32; 2],
}

impl Network {
    pub(crate) fn cut(&mut self, from: Place, to: Place) {
        self.cuts[from][to] += 1;
    }

    pub(crate) fn mend(&mut self, from: Place, to: Place) {
        self.cuts[from][to] = self.cuts[from][to].saturating_sub(1);
    }

    pub(crate) fn cut_clients(&mut self, site: Place) {
        self.client_cuts[site] += 1;
    }

    pub(crate) fn mend_clients(&mut self, site: Place) {
        self.client_cuts[site] = self.client_cuts[site].saturating_sub(1);
    }

    /// Whether a message from one place arrives at the other.
    pub(crate) fn carries(&self, from: Place, to: Place) -> bool {
        from == to || self.cuts[from][to] == 0
    }

    /// Whether two places can talk.
    pub(crate) fn connects(&self, one: Place, other: Place) -> bool {
        self.carries(one, other) && self.carries(other, one)
    }

    /// Whether clients can talk to a site.
    pub(crate) fn serves_clients(&self, site: Place) -> bool {
        self.client_cuts[site] == 0
    }
}
