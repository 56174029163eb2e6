//! The binomial checkpoint schedule.
//!
//! A. Griewank, A. Walther, *Algorithm 799: Revolve*, ACM TOMS 26 (2000), doi:10.1145/347837.347846.

/// `β(s, r) = (s + r)! / (s! r!)`: the largest number of steps that can be reversed with `s` slots, the first of which
/// holds the start, when no step is computed more than `r` times.
fn reversible_steps(slots: usize, repeats: usize) -> usize {
    let mut steps: usize = 1;
    for i in 1..=repeats.min(slots) {
        // Each product is divisible by i, as the earlier binomials are integers.
        let factor = repeats.max(slots).checked_add(i);
        let Some(product) = factor.and_then(|factor| steps.checked_mul(factor)) else { return usize::MAX };
        steps = product / i;
    }
    steps
}

/// The number of times a step is computed at most when `steps ≥ 1` are reversed with `slots ≥ 1`.
fn repeats(steps: usize, slots: usize) -> usize {
    let are_enough = |r: usize| reversible_steps(slots, r) >= steps;
    // By bisection: with few slots for many steps the number is large.
    let mut most = 1;
    while !are_enough(most) {
        most = most.saturating_mul(2);
    }
    let (mut below, mut enough) = (0, most);
    while below < enough {
        let middle = below + (enough - below) / 2;
        if are_enough(middle) {
            enough = middle;
        } else {
            below = middle + 1;
        }
    }
    enough
}

/// The place of the next checkpoint among `steps ≥ 2`, with `slots ≥ 2` left, the first of which holds the start.
pub(crate) fn next_checkpoint(steps: usize, slots: usize) -> usize {
    // More slots than steps are useless.
    let slots = slots.min(steps);
    let r = repeats(steps, slots);
    let least = if r < 2 { 1 } else { reversible_steps(slots, r - 2) };
    least.max(steps.saturating_sub(reversible_steps(slots - 1, r)))
}

#[cfg(test)]
mod tests {
    use super::{next_checkpoint, repeats, reversible_steps};

    /// The least number of computed steps that reverses `steps`, without the reversal itself: `r l − β(s + 1, r − 1)`.
    fn least_cost(steps: usize, slots: usize) -> usize {
        match repeats(steps, slots) {
            0 => 0,
            r => r * steps - reversible_steps(slots + 1, r - 1),
        }
    }

    /// The cost of the best schedule, found by trying every place for the next checkpoint.
    fn best(most_steps: usize, most_slots: usize) -> Vec<Vec<usize>> {
        let mut cost = vec![vec![0; most_steps + 1]; most_slots + 1];
        cost[1] = (0..=most_steps).map(|steps| steps * steps.saturating_sub(1) / 2).collect();
        for slots in 2..=most_slots {
            for steps in 2..=most_steps {
                let after = |first: usize| first + cost[slots - 1][steps - first] + cost[slots][first];
                cost[slots][steps] = (1..steps).map(after).min().unwrap_or(0);
            }
        }
        cost
    }

    /// The cost of the schedule of [`next_checkpoint`].
    fn followed(steps: usize, slots: usize) -> usize {
        if slots == 1 || steps < 2 {
            return steps * (steps - 1) / 2;
        }
        let first = next_checkpoint(steps, slots);
        assert!(0 < first && first < steps);
        first + followed(steps - first, slots - 1) + followed(first, slots)
    }

    #[test]
    fn numbers_near_the_largest_do_not_overflow() {
        const MANY: usize = usize::MAX;
        assert_eq!(next_checkpoint(10, MANY), 1);
        assert_eq!(next_checkpoint(MANY, MANY), 1);
        for (steps, slots) in [(MANY, 2), (MANY - 1, 3), (MANY / 2, 2), (MANY, MANY - 1), (MANY, 1000)] {
            let next = next_checkpoint(steps, slots);
            assert!(0 < next && next < steps, "{steps} steps, {slots} slots: {next}");
            let r = repeats(steps, slots);
            assert!(reversible_steps(slots, r) >= steps && reversible_steps(slots, r - 1) < steps, "{r}");
        }
    }

    #[test]
    fn the_schedule_is_the_best_there_is() {
        for (slots, costs) in best(90, 7).into_iter().enumerate().skip(1) {
            for (steps, cost) in costs.into_iter().enumerate().skip(1) {
                assert_eq!(least_cost(steps, slots), cost, "{steps} steps, {slots} slots");
                assert_eq!(followed(steps, slots), cost, "{steps} steps, {slots} slots");
            }
        }
    }
}
