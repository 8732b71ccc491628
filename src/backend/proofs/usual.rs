//! Slices that are judged by a share: no roll-up tells how many events they usually have, so the raw series of the last twenty
//! minutes do.

use super::base::with_twins;
use super::case::Case;
use super::context::{slice_of, value};
use super::expected::amount;
use super::inputs::side;
use super::moments::Samples;
use super::newcomers::{Course, FAR, Stage, Target, of_streams};
use super::slice_shares;
use super::witness::Labels;
use crate::ir::{Condition, Measurement, Promise};
use crate::series::BAD_EVENTS;
use crate::value::{Decimal, Duration};

/// Events of the ten minutes before now.
const LIMIT: Decimal = Decimal::from_parts(20, 0, 0, false, 0);
/// What is usual is looked for in so much time, twice.
const USUAL: Duration = Duration::from_mins(10);

/// The time that a slice's counts hold.
pub(super) fn span(promise: &Promise) -> Option<Duration> {
    let slice = slice_of(promise);
    (!slice.is_zero()).then_some(slice)
}

/// Adds a promise's moments: everything new fails, and as it counts or not, a slice is bad or good.
pub(super) fn play(stage: &Stage<'_, '_>, case: &mut Case) {
    let promise = stage.promise;
    let Measurement::Slices(slices) = &promise.measurement else { return };
    let Condition::Share { events, .. } = &slices.condition else { return };
    // A half of what comes must be too much.
    let few = |allowed: &Decimal| *allowed < Decimal::new(4, 1);
    if slice_shares::allowed(promise).is_none_or(|allowed| !few(&allowed))
        || slices.slice < promise.scrape_interval.times(3)
    {
        return;
    }
    let (Some(known), Some(fresh)) = (stage.target(1), stage.target(2)) else { return };
    let twins = with_twins(stage.list);
    let wholes = of_streams(&events.total, side(&events.outcome));
    let [whole] = wholes.as_slice() else { return };
    let Some(weight) = amount(promise, &twins, whole, Decimal::ONE).filter(|w| !w.is_zero()) else { return };
    let unit = |events: Decimal| events.checked_div(weight).unwrap_or_default();
    let mut samples = Samples::new(stage.clock);
    for (usual, new, counts, says) in [
        (LIMIT, 99, true, "new failures count where they are no more than the last ten minutes"),
        (LIMIT, 101, false, "new failures don't count where they are more than the last ten minutes"),
        (Decimal::ZERO, 100, true, "a single new failure counts where there is no traffic"),
        (Decimal::ZERO, 101, false, "more than a single one doesn't count where there is no traffic"),
    ] {
        traffic(stage, &mut samples, unit(usual));
        // Others came, too: as many as are usual, but for a series that was last seen before those twenty minutes.
        let others = unit(if counts { Decimal::new(1, 2) } else { LIMIT });
        ancient(stage, &mut samples, &known, others);
        let limit = if usual.is_zero() { Decimal::ONE } else { usual };
        let unit = unit(limit * Decimal::new(new, 2));
        let new = Target { labels: fresh.clone(), course: Course::Born, unit, bad: Decimal::ONE };
        stage.act(&mut samples, &new);
        let query = stage.context.series(BAD_EVENTS, promise, None);
        let labels = stage.context.labels(promise, None);
        let truth = if counts { stage.context.every.seconds() } else { Decimal::ZERO };
        let slice = slices.slice.seconds();
        let truth = truth.checked_div(slice).unwrap_or_default();
        let at = stage.clock.at(samples.moment);
        case.checks.push(value(promise, at, says, (&query, labels), (truth, slice, 6)));
        samples.moment += 1;
    }
    samples.feed(case);
}

/// What grew in the last ten minutes since the ten before: in one target much, in another hardly anything; a third began again. Nine
/// minutes later: they are there no longer.
fn traffic(stage: &Stage<'_, '_>, samples: &mut Samples, unit: Decimal) {
    let delay = stage.promise.scrape_timeout;
    let nine = Duration::from_mins(9);
    let (new, old) = (stage.clock.within(delay.plus(nine)), stage.clock.within(delay.plus(USUAL).plus(nine)));
    let little = unit * Decimal::new(25, 3);
    for (number, grows) in [(11, unit - little), (12, little), (13, -little)] {
        let Some(target) = stage.target(number) else { continue };
        for raw in with_twins(stage.list) {
            let mut labels = raw.labels.clone();
            labels.extend(target.clone());
            let grows = grows * raw.growth(Decimal::ZERO).unwrap_or_default();
            samples.put(&raw.name, &labels, old, FAR);
            samples.put(&raw.name, &labels, new, FAR + grows);
            samples.put(&raw.name, &labels, 0, FAR + FAR);
        }
    }
}

/// Known by a sample that is older than twenty minutes, and healthy.
fn ancient(stage: &Stage<'_, '_>, samples: &mut Samples, target: &Labels, unit: Decimal) {
    let old =
        stage.clock.within(stage.promise.scrape_timeout.plus(Duration::from_mins(25))).max(stage.ages.then);
    for raw in with_twins(stage.list) {
        let mut labels = raw.labels.clone();
        labels.extend(target.clone());
        let grows = unit * raw.growth(Decimal::ZERO).unwrap_or_default();
        samples.put(&raw.name, &labels, old, FAR);
        samples.put(&raw.name, &labels, stage.ages.now, FAR + grows);
    }
}
