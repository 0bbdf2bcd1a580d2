//! Seeded numbers.

/// Numbers from a seed that single precision has exactly, in -1 to 1.
pub struct Random(pub u64);

impl Random {
    fn number(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 44) as f64 / f64::from(1 << 19) - 1.0
    }

    pub fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.number()).collect()
    }

    pub fn rows(&mut self, rows: usize, count: usize) -> Vec<Vec<f64>> {
        (0..rows).map(|_| self.numbers(count)).collect()
    }
}
