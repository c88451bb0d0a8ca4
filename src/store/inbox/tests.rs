//! The order of the inbox: a plain list that behaves as the database must, run through a hundred thousand worlds, and
//! compared with both engines.

mod plain;
mod same;
mod worlds;

/// A generator of test histories: the same seed, the same history.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(u64::try_from(len).unwrap())).unwrap()
    }

    fn one_in(&mut self, chance: u64) -> bool {
        self.below(chance) == 0
    }
}
