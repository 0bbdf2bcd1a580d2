//! How fast, and how accurate, are the elementary functions on lanes? Run it on a quiet core.
//!
//! ```text
//! cargo bench --bench elementary                            # nanoseconds an argument
//! cargo bench --bench elementary -- --accuracy              # largest errors: f64 at 10^8 arguments a family, f32 at all
//! cargo bench --bench elementary -- --accuracy 1e6 4099     # at fewer, f32 at every 4099th
//! cargo bench --bench elementary -- --stratified            # derivatives to order four against 85 digits, 10^5 arguments a function
//! cargo bench --bench elementary -- --stratified 1e3        # at fewer
//! ```
//!
//! With `UPDATE_DOCS=1` each writes its table into `docs/elementary.md`.

#[path = "elementary/accuracy.rs"]
mod accuracy;
#[path = "elementary/double_double.rs"]
mod double_double;
#[macro_use]
#[path = "elementary/functions.rs"]
mod functions;
#[path = "elementary/jets.rs"]
mod jets;
#[path = "elementary/page.rs"]
mod page;
#[macro_use]
#[path = "elementary/towers.rs"]
mod towers;
#[path = "elementary/stratified.rs"]
mod stratified;
#[path = "elementary/throughput.rs"]
mod throughput;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let number = |index: usize, otherwise: f64| {
        let text = arguments.get(index);
        text.map_or(otherwise, |text| text.parse().expect("a number"))
    };
    match arguments.first().map(String::as_str) {
        Some("--accuracy") => {
            page::publish("accuracy", &page::accuracy(number(1, 1e8), number(2, 1.0)));
        }
        Some("--stratified") => page::publish("stratified", &page::stratified(number(1, 1e5))),
        _ => page::publish("throughput", &page::throughput()),
    }
}
