//! Composing without a model.
