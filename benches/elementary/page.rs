//! The tables as Markdown, and their places in `docs/elementary.md`.

use derive_network::Lanes;

use super::accuracy;
use super::stratified;
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
            format!("every {stride}th number and the hardest known")
        }
    );
    let rows = accuracy::all(samples as u64, stride as u64);
    let heads: String = rows[0]
        .worst
        .iter()
        .map(|(lanes, _)| format!(" {lanes} | at |"))
        .collect();
    table += &format!("| | scalar | bound |{heads}\n");
    table += &format!(
        "|---|---|---:|{}\n",
        "---:|".repeat(2 * rows[0].worst.len())
    );
    for row in rows {
        table += &format!("| {} | `{}` | {} |", row.name, row.scalar, row.bound);
        for (_, worst) in row.worst {
            table += &format!(" {:.2} | {:.6e} |", worst.ulps, worst.at);
        }
        table += "\n";
    }
    table
}

/// The largest errors of derivatives, of all lanes.
pub fn stratified(samples: f64) -> String {
    let mut table =
        format!("`f64` at {samples:e} arguments a function, `f32` at an eighth of that.\n\n");
    table += "| | scalar | f | f' | f'' | f''' | f'''' |\n|---|---|---:|---:|---:|---:|---:|\n";
    for row in stratified::all(samples as usize) {
        table += &format!("| {} | `{}` |", row.name, row.scalar);
        for worst in row.worst {
            table += &format!(" {:.1} ({:.1}) |", worst.relative.0, worst.conditioned.0);
        }
        table += "\n";
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
