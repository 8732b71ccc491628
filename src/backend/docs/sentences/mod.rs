//! Sentences made from the model: what a product manager, a support lead and an executive read.
//!
//! Three rules: numbers as people grasp them; grammatical for any noun and any count (nouns are plural, verbs follow);
//! no metric's name, ever. Arithmetic is exact; where a number is rounded, it promises less rather than more.

pub mod breaks;
pub mod conduct;
pub mod measured;
pub mod numbers;
pub mod promise;
pub mod together;
pub mod words;

#[cfg(test)]
mod tests;
