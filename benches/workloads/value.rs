//! The value of 8-32-32-1, tanh, f32, one point a call.

use derive_network_compiler::model::RequestKind;

use crate::support::count::Ask;
use crate::support::data::points;
use crate::support::measure_single;
use crate::support::networks::Small;
use crate::support::session::{Case, Session};

pub fn measure(session: &mut Session) {
    let case = Case::new("value", "8-32-32-1", "value");
    let ask = Ask::Output(RequestKind::Value);
    measure_single!(session, case, ask, Small.value, [points(1024)]);
}
