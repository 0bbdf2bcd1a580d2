//! How fast, and how accurate, are the elementary functions on lanes? Run it on a quiet core.
//!
//! ```text
//! cargo bench --bench elementary                            # nanoseconds an argument
//! cargo bench --bench elementary -- --accuracy              # largest errors: f64 at 10^8 arguments a family, f32 at all
//! cargo bench --bench elementary -- --accuracy 1e6 4099     # at fewer, f32 at every 4099th
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
#[path = "elementary/page.rs"]
mod page;
#[path = "elementary/throughput.rs"]
mod throughput;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    if arguments.first().is_some_and(|first| first == "--accuracy") {
        let number = |index: usize, otherwise: f64| {
            let text = arguments.get(index);
            text.map_or(otherwise, |text| text.parse().expect("a number"))
        };
        page::publish("accuracy", &page::accuracy(number(1, 1e8), number(2, 1.0)));
    } else {
        page::publish("throughput", &page::throughput());
    }
}
