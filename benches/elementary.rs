//! How fast are the elementary functions on lanes? Run it on a quiet core; `docs/elementary.md` says how.

#[path = "elementary/functions.rs"]
mod functions;
#[path = "elementary/throughput.rs"]
mod throughput;

fn main() {
    throughput::print();
}
