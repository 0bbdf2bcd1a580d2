//! The two tables as Markdown, and their places in `docs/elementary.md`.

use derive_network::Lanes;

use super::accuracy::{self, Errors};
use super::throughput;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/elementary.md");

/// Nanoseconds an argument.
pub fn throughput() -> String {
    let rows = throughput::rows();
    let lanes: Vec<Lanes> = rows[0]
        .nanoseconds
        .iter()
        .map(|(lanes, _)| *lanes)
        .collect();
    let heads: String = lanes
        .iter()
        .map(|lanes| format!(" {lanes} `f64` | {lanes} `f32` |"))
        .collect();
    let mut table = format!("| |{heads}\n|---|{}\n", "---:|".repeat(2 * lanes.len()));
    for row in rows {
        let times: String = row
            .nanoseconds
            .iter()
            .flat_map(|(_, times)| times)
            .map(|time| format!(" {time:.2} |"))
            .collect();
        table += &format!("| {} |{times}\n", row.name);
    }
    table
}

/// The largest errors on all lanes, and where they are.
pub fn accuracy(samples: f64, stride: f64) -> String {
    let mut table = format!(
        "`f64` at {samples:e} arguments a family, `f32` at {}.\n\n",
        if stride == 1.0 {
            "every number".to_string()
        } else {
            format!("every {stride}th number")
        }
    );
    table += "| | scalar | bound |";
    let lanes: Vec<Lanes> = Lanes::available().collect();
    for lanes in &lanes {
        table += &format!(" {lanes} | at |");
    }
    table += &format!("\n|---|---|---:|{}\n", "---:|---:|".repeat(lanes.len()));
    let columns: Vec<Vec<Errors>> = lanes
        .iter()
        .map(|lanes| accuracy::all(*lanes, samples as u64, stride as u64))
        .collect();
    for family in 0..columns[0].len() {
        for result in 0..columns[0][family].results.len() {
            let (name, bound, worst) = columns[0][family].results[result];
            if worst.is_none() {
                continue;
            }
            table += &format!("| {name} | `{}` | {bound} |", columns[0][family].scalar);
            for column in &columns {
                let worst = column[family].results[result].2.unwrap_or_default();
                table += &format!(" {:.2} | {:.6e} |", worst.ulps, worst.at);
            }
            table += "\n";
        }
    }
    table
}

/// Prints a table; with `UPDATE_DOCS` also puts it between its marks in the page.
pub fn publish(name: &str, table: &str) {
    println!("{table}");
    if std::env::var_os("UPDATE_DOCS").is_none() {
        return;
    }
    let (begin, end) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let page = std::fs::read_to_string(PAGE).expect("docs/elementary.md is there");
    let (before, rest) = page.split_once(&begin).expect("the page has the mark");
    let (_, after) = rest
        .split_once(&end)
        .expect("the page has the mark of the end");
    let page = format!("{before}{begin}\n{table}\n{end}{after}");
    std::fs::write(PAGE, page).expect("docs/elementary.md can be written");
}
