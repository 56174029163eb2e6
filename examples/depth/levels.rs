//! Multi-level training beside training the deep network from the start.
