//! Stored states of a solve, and recently computed ones.

use std::collections::VecDeque;

use crate::state::State;

/// States in ascending order of their places. The place of a state is the number of steps before it.
#[derive(Debug, Clone)]
pub(super) struct Stack<Y> {
    states: Vec<Y>,
    /// `None` if every state is stored, so that its index is its place.
    places: Option<Vec<usize>>,
    /// The states before each, newest first, as many as the method looks back on and exist. Empty if every state is
    /// stored.
    before: Vec<Vec<Y>>,
}

impl<Y> Stack<Y> {
    /// Stores every state, beginning with the start, with room for this many steps.
    pub(super) fn of_all(y0: Y, steps: usize) -> Self {
        let mut states = Vec::with_capacity(steps + 1);
        states.push(y0);
        Self { states, places: None, before: Vec::new() }
    }

    /// Stores some states, beginning with the start.
    pub(super) fn of_some(y0: Y) -> Self {
        Self { states: vec![y0], places: Some(vec![0]), before: vec![Vec::new()] }
    }

    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    /// The state at the start.
    pub(super) fn start(&self) -> &Y {
        &self.states[0]
    }

    pub(super) fn push(&mut self, place: usize, y: Y, before: Vec<Y>) {
        self.states.push(y);
        if let Some(places) = &mut self.places {
            places.push(place);
            self.before.push(before);
        }
    }

    fn pop(&mut self) {
        self.states.pop();
        self.before.pop();
        if let Some(places) = &mut self.places {
            places.pop();
        }
    }

    /// The place of the state with this `index`.
    fn place(&self, index: usize) -> usize {
        self.places.as_ref().map_or(index, |places| places[index])
    }

    /// The states stored with the state of this `index`, newest first.
    fn before(&self, index: usize) -> &[Y] {
        self.before.get(index).map_or(&[], |before| before)
    }

    /// Drops the states whose place is not a multiple of `spacing`.
    pub(super) fn thin_out(&mut self, spacing: usize) {
        let Some(places) = &mut self.places else { return };
        let mut old = places.iter();
        self.states.retain(|_| old.next().is_some_and(|place| place.is_multiple_of(spacing)));
        let mut old = places.iter();
        self.before.retain(|_| old.next().is_some_and(|place| place.is_multiple_of(spacing)));
        places.retain(|place| place.is_multiple_of(spacing));
    }
}

/// A [`Stack`] that is used up from the last state to the first, while others are put on top.
pub(super) struct Unstacking<'a, Y> {
    kept: &'a Stack<Y>,
    /// The number of its states that are left.
    left: usize,
    own: Stack<Y>,
}

impl<'a, Y> Unstacking<'a, Y> {
    pub(super) fn new(kept: &'a Stack<Y>) -> Self {
        let own = Stack { states: Vec::new(), places: Some(Vec::new()), before: Vec::new() };
        Self { kept, left: kept.len(), own }
    }

    pub(super) fn len(&self) -> usize {
        self.left + self.own.len()
    }

    /// The state at the start.
    pub(super) fn start(&self) -> &'a Y {
        self.kept.start()
    }

    pub(super) fn push(&mut self, place: usize, y: Y, before: Vec<Y>) {
        self.own.push(place, y, before);
    }

    /// The state at a place, if every state is stored.
    #[inline]
    pub(super) fn kept(&self, place: usize) -> Option<&'a Y> {
        if self.kept.places.is_none() { self.kept.states.get(place) } else { None }
    }

    /// The stack of the last state, and its index there.
    fn top(&self) -> (&Stack<Y>, usize) {
        match self.own.len() {
            0 => (self.kept, self.left - 1),
            own => (&self.own, own - 1),
        }
    }

    /// The place of the last state. There is always one, at the start.
    pub(super) fn last_place(&self) -> usize {
        let (stack, index) = self.top();
        stack.place(index)
    }

    /// The last state and the earlier ones stored with it, newest first.
    pub(super) fn last(&self) -> impl Iterator<Item = &Y> {
        let (stack, index) = self.top();
        std::iter::once(&stack.states[index]).chain(stack.before(index))
    }

    /// The state at a place that is the last or is stored with it.
    pub(super) fn at(&self, place: usize) -> &Y {
        let (stack, index) = self.top();
        match stack.place(index) - place {
            0 => &stack.states[index],
            back => &stack.before(index)[back - 1],
        }
    }

    /// Drops the states after the place `n`.
    pub(super) fn drop_after(&mut self, n: usize) {
        loop {
            let (stack, index) = self.top();
            if stack.place(index) - stack.before(index).len() <= n {
                return;
            }
            match self.own.len() {
                0 => self.left -= 1,
                _ => self.own.pop(),
            }
        }
    }
}

/// A ring buffer of consecutive states: new states overwrite the oldest.
#[derive(Debug, Clone)]
pub(super) struct Recent<Y> {
    /// Newest first.
    states: VecDeque<Y>,
    /// The place of the newest.
    place: usize,
    most: usize,
}

impl<Y: State> Recent<Y> {
    /// Empty, with room for `most` states.
    pub(super) fn new(most: usize) -> Self {
        Self { states: VecDeque::new(), place: 0, most: most.max(1) }
    }

    /// Makes room for `most` states.
    pub(super) fn hold(&mut self, most: usize) {
        self.most = most.max(1);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Whether the state at a place is in the buffer.
    pub(super) fn holds(&self, place: usize) -> bool {
        self.place.checked_sub(place).is_some_and(|back| back < self.states.len())
    }

    /// The state at a place that is [held](Self::holds).
    pub(super) fn at(&self, place: usize) -> &Y {
        &self.states[self.place - place]
    }

    /// The newest and up to `count − 1` before it.
    pub(super) fn newest(&mut self, count: usize) -> &[Y] {
        let states = self.states.make_contiguous();
        &states[..states.len().min(count)]
    }

    /// Swaps in the state at the next place; overwrites `y`.
    pub(super) fn push(&mut self, y: &mut Y) {
        let mut room = self.make_room(y);
        room.replace_by(y);
        self.states.push_front(room);
    }

    /// Copies the state at the next place.
    pub(super) fn push_copy(&mut self, y: &Y) {
        let mut room = self.make_room(y);
        room.assign(y);
        self.states.push_front(room);
    }

    /// Advances to the next place, and returns a buffer of the shape of `y` for it: the oldest, if the buffer is full.
    fn make_room(&mut self, y: &Y) -> Y {
        self.place += 1;
        let oldest = if self.states.len() < self.most { None } else { self.states.pop_back() };
        oldest.unwrap_or_else(|| y.zeros_like())
    }

    /// Clears the buffer and stores the states at `place` and before, newest first.
    pub(super) fn restart<'a>(&mut self, place: usize, states: impl Iterator<Item = &'a Y>)
    where
        Y: 'a,
    {
        let mut count = 0;
        for y in states {
            match self.states.get_mut(count) {
                Some(state) => state.assign(y),
                None => self.states.push_back(y.clone()),
            }
            count += 1;
        }
        self.states.truncate(count);
        self.place = place;
    }
}
