//! What linkcy is measured with: the answers of a bank, and the same calls written by hand on reqwest and serde as
//! carefully as their author could, with nothing in them that this API's calls do not need.

// Each bench uses its part.
#![allow(dead_code)]

pub mod answers;
pub mod by_hand;
pub mod rows;
