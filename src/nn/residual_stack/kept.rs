//! The states that a forward pass stores.

use crate::adjoint::{Checkpoints, next_checkpoint};

/// Whether a forward pass over `blocks` stores the state before each block, under a valid rule.
pub(super) fn stored(rule: Option<Checkpoints>, blocks: usize) -> Vec<bool> {
    match rule {
        None | Some(Checkpoints::All) => vec![true; blocks],
        Some(Checkpoints::Every(n)) => (0..blocks).map(|k| k.is_multiple_of(n)).collect(),
        Some(Checkpoints::Slots(slots)) => {
            let mut stored = vec![false; blocks];
            let (mut at, mut left) = (0, slots);
            while let Some(place) = stored.get_mut(at) {
                *place = true;
                if left < 2 || blocks - at < 2 {
                    break;
                }
                at += next_checkpoint(blocks - at, left);
                left -= 1;
            }
            stored
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_choose_the_stored_states() {
        let places = |rule| {
            let stored = stored(rule, 10);
            (0..10).filter(|&k| stored[k]).collect::<Vec<_>>()
        };
        let all: Vec<usize> = (0..10).collect();
        assert_eq!(places(None), all);
        assert_eq!(places(Some(Checkpoints::All)), all);
        assert_eq!(places(Some(Checkpoints::Every(4))), [0, 4, 8]);
        assert_eq!(places(Some(Checkpoints::Every(100))), [0]);
        assert_eq!(places(Some(Checkpoints::Slots(1))), [0]);
        assert_eq!(places(Some(Checkpoints::Slots(100))), all);
        for slots in 2..10 {
            assert_eq!(places(Some(Checkpoints::Slots(slots))).len(), slots);
        }
    }
}
