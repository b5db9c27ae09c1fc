//! Writes what tests include and docs show: calls with sample arguments, and every type by its name.

pub(crate) mod every;
pub(crate) mod example;
mod expression;
pub(crate) mod shapes;
