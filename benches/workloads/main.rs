//! How long does each workload take, beside the floor of the hardware and others who compute the same?
//!
//! `cargo bench --bench workloads -- [names of workloads] [--lanes avx2] [--processes 10] [--json]`

#[path = "../support/mod.rs"]
mod support;

mod burgers;
mod fits;
mod fnn;
mod hessquik;
mod mpc;
mod otflow;
mod poisson;
mod value;

fn main() {
    support::session::run(&[
        ("fnn", fnn::measure),
        ("hessquik", hessquik::measure),
        ("otflow", otflow::measure),
        ("poisson", poisson::measure),
        ("burgers", burgers::measure),
        ("simplechains", fits::simplechains),
        ("regression", fits::regression),
        ("value", value::measure),
        ("mpc", mpc::measure),
    ]);
}
