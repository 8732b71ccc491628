//! Sentences made from the model: what a product manager, a support lead and an executive read.
//!
//! Three rules: numbers as people grasp them; grammatical for any noun and any count (nouns are plural, verbs follow);
//! no metric's name, ever. Arithmetic is exact; where a number is rounded, it promises less rather than more.

pub(crate) mod breaks;
pub(crate) mod conduct;
pub(crate) mod measured;
pub(crate) mod numbers;
pub(crate) mod promise;
pub(crate) mod together;
pub(crate) mod words;

#[cfg(test)]
mod tests;
