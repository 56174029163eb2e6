//! The compile-time message of a violated order condition.

use super::order_conditions::{FOREST, Tree};

/// An order condition that a set of weights does not satisfy.
#[derive(Clone, Copy)]
pub(super) struct Violation {
    tree: usize,
    /// Whether the weights belong to a solution inside the step.
    inside: bool,
}

impl Violation {
    /// The violation at a tree, for the solution at `θ`.
    pub(super) const fn new(tree: usize, theta: f64) -> Self {
        Self { tree, inside: theta != 1.0 }
    }
}

/// Fails to compile with the condition that the weights called `name` violate.
pub(super) const fn expect_conditions(name: &str, violated: Option<Violation>) {
    if let Some(violation) = violated {
        let message = message(name, violation);
        panic!("{}", message.as_str());
    }
}

/// "B does not satisfy the condition of order 3 of the tree [[τ]]: Σ b Φ = 1/6".
const fn message(name: &str, Violation { tree, inside }: Violation) -> Text {
    let Tree { order, density, .. } = (&FOREST)[tree];
    let mut text = Text { bytes: [0; LENGTH], end: 0 };
    text.push(name);
    text.push(" does not satisfy the condition of order ");
    text.push_number(order as u64);
    text.push(" of the tree ");
    text.push_tree(tree);
    text.push(": Σ b Φ = ");
    if inside {
        text.push("θ^");
        text.push_number(order as u64);
        text.push(" / ");
    } else {
        text.push("1/");
    }
    text.push_number((density + 0.5) as u64);
    text
}

/// Enough for the message of a tree of 9 nodes.
const LENGTH: usize = 256;

/// A text put together at compile time.
struct Text {
    bytes: [u8; LENGTH],
    end: usize,
}

impl Text {
    const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.end).0) {
            Ok(text) => text,
            Err(_) => "an order condition",
        }
    }

    const fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() && self.end < self.bytes.len() {
            self.bytes[self.end] = bytes[i];
            self.end += 1;
            i += 1;
        }
    }

    const fn push_number(&mut self, number: u64) {
        if number > 9 {
            self.push_number(number / 10);
        }
        self.push_digit(number % 10);
    }

    const fn push_digit(&mut self, digit: u64) {
        if self.end < self.bytes.len() {
            self.bytes[self.end] = b'0' + digit as u8;
            self.end += 1;
        }
    }

    /// In Butcher's notation: `τ` for one node, and the branches of the root in brackets otherwise.
    const fn push_tree(&mut self, tree: usize) {
        if tree == 0 {
            self.push("τ");
            return;
        }
        self.push("[");
        self.push_branches(tree);
        self.push("]");
    }

    const fn push_branches(&mut self, tree: usize) {
        let Tree { trunk, branch, .. } = (&FOREST)[tree];
        if trunk > 0 {
            self.push_branches(trunk);
            self.push(", ");
        }
        self.push_tree(branch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table II.2.1 of Hairer, Nørsett & Wanner I.
    #[test]
    fn a_violation_names_the_tree_and_its_condition() {
        let said = |tree| message("B", Violation::new(tree, 1.0)).as_str().to_owned();
        assert_eq!(said(0), "B does not satisfy the condition of order 1 of the tree τ: Σ b Φ = 1/1");
        assert_eq!(said(1), "B does not satisfy the condition of order 2 of the tree [τ]: Σ b Φ = 1/2");
        let order_four: Vec<String> = (4..8).map(said).collect();
        for condition in
            ["[τ, τ, τ]: Σ b Φ = 1/4", "[τ, [τ]]: Σ b Φ = 1/8", "[[τ, τ]]: Σ b Φ = 1/12", "[[[τ]]]: Σ b Φ = 1/24"]
        {
            assert!(order_four.iter().any(|said| said.ends_with(condition)), "{condition} in {order_four:?}");
        }
        let inside = message("DENSE", Violation::new(2, 0.5));
        assert!(inside.as_str().ends_with("Σ b Φ = θ^3 / 3") || inside.as_str().ends_with("Σ b Φ = θ^3 / 6"));
    }
}
