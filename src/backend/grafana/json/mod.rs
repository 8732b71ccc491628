//! Dashboards as Grafana's classic JSON has them (`schemaVersion` 39, which every server from 10.4 on takes), as types: what
//! cannot be written here cannot be wrong in the file. Only what our boards use; each field that Grafana's own types demand.

mod dashboard;
mod field;
mod panel;
mod v2;

pub(super) use dashboard::*;
pub(super) use field::*;
pub(super) use panel::*;
pub(super) use v2::Spec;

use serde::{Serialize, Serializer};

use crate::value::Decimal;

/// A number, written without a detour through binary where it is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number(pub(super) Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let number = self.0.normalize();
        match i64::try_from(number) {
            Ok(whole) if number.scale() == 0 => to.serialize_i64(whole),
            // The nearest double of a short decimal prints as that decimal again.
            _ => to.serialize_f64(number.to_string().parse().unwrap_or_default()),
        }
    }
}

impl From<u32> for Number {
    fn from(n: u32) -> Self {
        Self(n.into())
    }
}

/// `{}`
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Empty {}
