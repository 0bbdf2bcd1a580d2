//! The project's activation oracles, which are written in the activations' own terms: derivatives from generators.

use super::families::*;
use super::table::{Tabulated, Truth};
use crate::elementary::Elementary;
use crate::lanes::{Lanes, with_lanes};
