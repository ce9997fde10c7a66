//! The toy pack plays.
