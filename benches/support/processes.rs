//! The same bench in several processes, whose addresses differ: the medians of their medians, the least of their leasts.

use std::process::{Command, Stdio};

use super::options::Options;
use super::report::Row;

/// Runs this executable as often as the options say, one process after the other.
///
/// # Errors
/// If a process fails, with what it was.
pub fn run(options: &Options) -> Result<Vec<Row>, String> {
    let executable = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut runs = Vec::new();
    for process in 0..options.processes {
        let output = Command::new(&executable)
            .args(options.of_child())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("process {process} ended with {}", output.status));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        runs.push(text.lines().filter_map(Row::from_json).collect());
    }
    Ok(merge(&runs))
}

/// One row for each measurement of the first run.
fn merge(runs: &[Vec<Row>]) -> Vec<Row> {
    let first = runs.first().into_iter().flatten();
    let merged = first.map(|row| {
        let key = row.key();
        let same = runs.iter().flatten().filter(|other| other.key() == key);
        let same: Vec<&Row> = same.collect();
        let least = same
            .iter()
            .map(|row| row.least)
            .fold(f64::INFINITY, f64::min);
        let more = row.more.iter().enumerate().map(|(position, (name, _))| {
            let figures = same.iter().filter_map(|row| row.more.get(position));
            (
                name.clone(),
                median(figures.map(|(_, figure)| *figure).collect()),
            )
        });
        Row {
            ns: median(same.iter().map(|row| row.ns).collect()),
            least,
            floor: row
                .floor
                .map(|_| median(same.iter().filter_map(|row| row.floor).collect())),
            more: more.collect(),
            ..row.clone()
        }
    });
    merged.collect()
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
