//! Work on all cores, or on one where the feature `parallel` is off. What comes out is in the order of what went in either way.

#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// What a function makes of each of a list.
pub(crate) fn map<'a, T: Sync, R: Send>(list: &'a [T], one: impl Fn(&'a T) -> R + Send + Sync) -> Vec<R> {
    #[cfg(feature = "parallel")]
    let list = list.par_iter();
    #[cfg(not(feature = "parallel"))]
    let list = list.iter();
    list.map(one).collect()
}

/// What a function makes of each of a list that it takes.
pub(crate) fn map_owned<T: Send, R: Send>(list: Vec<T>, one: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
    #[cfg(feature = "parallel")]
    let list = list.into_par_iter();
    #[cfg(not(feature = "parallel"))]
    let list = list.into_iter();
    list.map(one).collect()
}

/// Both at once.
pub(crate) fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "parallel")]
    let made = rayon::join(one, other);
    #[cfg(not(feature = "parallel"))]
    let made = (one(), other());
    made
}

/// Runs once on each core.
pub(crate) fn on_each_core(run: impl Fn() + Sync) {
    #[cfg(feature = "parallel")]
    rayon::broadcast(|_| run());
    #[cfg(not(feature = "parallel"))]
    run();
}
