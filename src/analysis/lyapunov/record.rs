//! The growth of volumes, gathered in blocks.

use super::plan::Interval;
use super::spectrum::Local;

/// The logarithms of the diagonals of `R`, added up over a trajectory: in total, and in blocks of equal numbers of
/// intervals. If there are too many blocks, neighbours are joined.
#[derive(Debug, Clone)]
pub(super) struct Record {
    start: f64,
    end: f64,
    sums: Vec<f64>,
    volume: f64,
    blocks: Vec<Block>,
    most: usize,
    /// The number of intervals in a block.
    size: usize,
    open: Option<Block>,
    /// The number of intervals in the open block.
    filled: usize,
}

/// The sums over a block.
#[derive(Debug, Clone)]
struct Block {
    start: f64,
    end: f64,
    sums: Vec<f64>,
}

impl Block {
    fn join(mut self, other: &Self) -> Self {
        add(&mut self.sums, &other.sums);
        self.end = other.end;
        self
    }

    fn rates(&self) -> Local {
        let time = self.end - self.start;
        Local { start: self.start, end: self.end, exponents: self.sums.iter().map(|sum| sum / time).collect() }
    }
}

fn add(sums: &mut [f64], terms: &[f64]) {
    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
}

impl Record {
    /// An empty record of `k` exponents from the time `start`, of at most `most` blocks.
    pub(super) fn new(k: usize, start: f64, most: usize) -> Self {
        let (sums, blocks) = (vec![0.0; k], Vec::new());
        Self { start, end: start, sums, volume: 0.0, blocks, most, size: 1, open: None, filled: 0 }
    }

    /// Adds an interval, with the growth of the whole volume by another formula.
    pub(super) fn add(&mut self, interval: Interval, logs: &[f64], volume: f64) {
        add(&mut self.sums, logs);
        self.volume += volume;
        self.end = interval.end;
        if interval.cut {
            return;
        }
        match &mut self.open {
            Some(open) => {
                add(&mut open.sums, logs);
                open.end = interval.end;
            }
            None => self.open = Some(Block { start: interval.start, end: interval.end, sums: logs.to_vec() }),
        }
        self.filled += 1;
        if self.filled < self.size {
            return;
        }
        self.filled = 0;
        self.blocks.extend(self.open.take());
        if self.blocks.len() > self.most {
            self.join();
        }
    }

    /// Joins neighbouring blocks. A last one without a neighbour stays open.
    fn join(&mut self) {
        let blocks = std::mem::take(&mut self.blocks);
        let mut pairs = blocks.chunks_exact(2);
        self.blocks.extend(pairs.by_ref().map(|pair| pair[0].clone().join(&pair[1])));
        if let [last] = pairs.remainder() {
            self.open = Some(last.clone());
            self.filled = self.size;
        }
        self.size *= 2;
    }

    /// The time of the average so far.
    pub(super) fn time(&self) -> f64 {
        self.end - self.start
    }

    /// The mean rates.
    pub(super) fn exponents(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / self.time()).collect()
    }

    /// The mean rate of the whole volume by the other formula.
    pub(super) fn volume(&self) -> f64 {
        self.volume / self.time()
    }

    /// The rates over the full blocks.
    pub(super) fn local(&self) -> Vec<Local> {
        self.blocks.iter().map(Block::rates).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_joined_in_pairs() {
        for most in [2, 3, 4, 5, 64] {
            let mut record = Record::new(1, 10.0, most);
            for i in 0..1000 {
                let start = 10.0 + f64::from(i);
                record.add(Interval { start, end: start + 1.0, cut: false }, &[f64::from(i)], 2.0);
                let blocks = record.local();
                assert!(blocks.len() <= most && (i < 2 || 2 * blocks.len() + 1 >= most.min(i as usize)), "{most} {i}");
                let length = record.size as f64;
                for (number, block) in blocks.iter().enumerate() {
                    assert_eq!(block.start, 10.0 + number as f64 * length);
                    assert_eq!(block.end, block.start + length);
                    assert_eq!(block.exponents[0], block.start - 10.0 + 0.5 * (length - 1.0));
                }
            }
            assert_eq!(record.exponents(), [499.5]);
            assert_eq!(record.volume(), 2.0);
        }
    }
}
