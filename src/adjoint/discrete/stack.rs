//! States of a solve that are kept, and those that were computed last.

use std::collections::VecDeque;

use crate::state::State;

/// States with the number of steps before each, its place, ascending.
#[derive(Debug, Clone)]
pub(super) struct Stack<Y> {
    states: Vec<Y>,
    /// `None` where every state is kept, and its index is its place.
    places: Option<Vec<usize>>,
    /// The states before each, newest first: as many as there were and the method looks back on. None are needed where every
    /// state is kept.
    before: Vec<Vec<Y>>,
}

impl<Y> Stack<Y> {
    /// Every state, the one at the start first, with room for so many steps.
    pub(super) fn of_all(y0: Y, steps: usize) -> Self {
        let mut states = Vec::with_capacity(steps + 1);
        states.push(y0);
        Self { states, places: None, before: Vec::new() }
    }

    /// Some states, of which the one at the start is the first.
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

    /// The number of steps before the state with the number `index`.
    fn place(&self, index: usize) -> usize {
        self.places.as_ref().map_or(index, |places| places[index])
    }

    /// The states kept with the one with the number `index`, newest first.
    fn before(&self, index: usize) -> &[Y] {
        self.before.get(index).map_or(&[], |before| before)
    }

    /// Drops what is not at a multiple of `spacing`.
    pub(super) fn thin_out(&mut self, spacing: usize) {
        let Some(places) = &mut self.places else { return };
        let mut old = places.iter();
        self.states.retain(|_| old.next().is_some_and(|place| place.is_multiple_of(spacing)));
        let mut old = places.iter();
        self.before.retain(|_| old.next().is_some_and(|place| place.is_multiple_of(spacing)));
        places.retain(|place| place.is_multiple_of(spacing));
    }
}

/// States of a [`Stack`] as they are used up from the last to the first, with others put on top meanwhile.
pub(super) struct Unstacking<'a, Y> {
    kept: &'a Stack<Y>,
    /// How many of those are left.
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

    /// The state at a place, if every state is kept.
    #[inline]
    pub(super) fn kept(&self, place: usize) -> Option<&'a Y> {
        if self.kept.places.is_none() { self.kept.states.get(place) } else { None }
    }

    /// The stack that the last state is in, and its number there.
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

    /// The last state and those before it that are kept with it, newest first.
    pub(super) fn last(&self) -> impl Iterator<Item = &Y> {
        let (stack, index) = self.top();
        std::iter::once(&stack.states[index]).chain(stack.before(index))
    }

    /// The state at a place that is the last or is kept with it.
    pub(super) fn at(&self, place: usize) -> &Y {
        let (stack, index) = self.top();
        match stack.place(index) - place {
            0 => &stack.states[index],
            back => &stack.before(index)[back - 1],
        }
    }

    /// Drops from the end what begins after the place `n`.
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

/// Consecutive states, up to a number of them that is held: the newer take the room of the older.
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

    /// Whether the state at a place is one of them.
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

    /// Takes the state at the next place. Leaves scrap in `y`.
    pub(super) fn push(&mut self, y: &mut Y) {
        let mut room = self.make_room(y);
        room.replace_by(y);
        self.states.push_front(room);
    }

    /// Takes a copy of the state at the next place.
    pub(super) fn push_copy(&mut self, y: &Y) {
        let mut room = self.make_room(y);
        room.assign(y);
        self.states.push_front(room);
    }

    /// Goes to the next place, and returns a state of the shape of `y` for it: the oldest, once there are enough.
    fn make_room(&mut self, y: &Y) -> Y {
        self.place += 1;
        let oldest = if self.states.len() < self.most { None } else { self.states.pop_back() };
        oldest.unwrap_or_else(|| y.zeros_like())
    }

    /// Holds the states at `place` and before, newest first, and no others.
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
