//! Rows of measurements go in; one table, or lines of JSON, come out.

use serde_json::{Map, Value, json};

/// How the work is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All points in one call.
    Batch,
    /// One point a call.
    Single,
}

/// Who computes.
pub const HERE: &str = "here";

/// One measurement; times are nanoseconds per point.
#[derive(Clone, Debug)]
pub struct Row {
    /// The name of the workload.
    pub workload: String,
    /// The network.
    pub case: String,
    /// What is computed.
    pub what: String,
    /// In batches or not.
    pub form: String,
    /// Points in a call.
    pub batch: u64,
    /// `f32` or `f64`.
    pub scalar: String,
    /// [`HERE`], or who else.
    pub by: String,
    /// Here: on which lanes.
    pub lanes: Option<String>,
    /// The median.
    pub ns: f64,
    /// The least.
    pub least: f64,
    /// Here: what the hardware cannot go below.
    pub floor: Option<f64>,
    /// Further figures by name.
    pub more: Vec<(String, f64)>,
}

impl Row {
    /// The median over the floor.
    pub fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.ns / floor)
    }

    /// What is measured, without the figures.
    pub fn key(&self) -> String {
        let mut without = self.clone();
        (without.ns, without.least, without.floor) = (0.0, 0.0, None);
        without.more.clear();
        without.to_json().to_string()
    }

    fn to_json(&self) -> Value {
        let mut object = json!({
            "workload": self.workload,
            "case": self.case,
            "what": self.what,
            "form": self.form,
            "batch": self.batch,
            "scalar": self.scalar,
            "by": self.by,
            "lanes": self.lanes,
            "ns": rounded(self.ns),
            "least": rounded(self.least),
            "floor": self.floor.map(rounded),
            "ratio": self.ratio().map(rounded),
        });
        for (name, figure) in &self.more {
            object[name] = json!(rounded(*figure));
        }
        object
    }

    /// The row of a line that [`print_json`] wrote.
    pub fn from_json(line: &str) -> Option<Self> {
        let object: Map<String, Value> = serde_json::from_str(line).ok()?;
        let text = |name: &str| object.get(name)?.as_str().map(str::to_owned);
        let figure = |name: &str| object.get(name)?.as_f64();
        let known = [
            "workload", "case", "what", "form", "batch", "scalar", "by", "lanes", "ns", "least",
            "floor", "ratio",
        ];
        let more = object
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()));
        let more = more.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)));
        Some(Row {
            workload: text("workload")?,
            case: text("case")?,
            what: text("what")?,
            form: text("form")?,
            batch: object.get("batch")?.as_u64()?,
            scalar: text("scalar")?,
            by: text("by")?,
            lanes: text("lanes"),
            ns: figure("ns")?,
            least: figure("least")?,
            floor: figure("floor"),
            more: more.collect(),
        })
    }
}

/// Four digits are more than any measurement has.
fn rounded(figure: f64) -> f64 {
    if figure == 0.0 || !figure.is_finite() {
        return figure;
    }
    let scale = 10f64.powi(4 - figure.abs().log10().ceil() as i32);
    (figure * scale).round() / scale
}

/// One JSON object a line.
pub fn print_json(rows: &[Row]) {
    for row in rows {
        println!("{}", row.to_json());
    }
}

/// A table in which columns are aligned; times in nanoseconds per point.
pub fn print_table(rows: &[Row]) {
    let heads = [
        "workload", "case", "what", "calls", "scalar", "by", "ns/point", "least", "floor", "ratio",
    ];
    let mut lines: Vec<Vec<String>> = vec![heads.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(line));
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|column| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    for line in lines {
        let mut text = String::new();
        for (column, cell) in line.iter().enumerate() {
            let width = widths.get(column).copied().unwrap_or(0);
            text += &if column < 6 {
                format!("{cell:<width$}  ")
            } else {
                format!("{cell:>width$}  ")
            };
        }
        println!("{}", text.trim_end());
    }
}

fn line(row: &Row) -> Vec<String> {
    let calls = if row.form == "single" {
        "1 point".to_owned()
    } else {
        format!("batch {}", row.batch)
    };
    let by = row.lanes.clone().unwrap_or_else(|| row.by.clone());
    let missing = || "-".to_owned();
    let mut cells = vec![
        row.workload.clone(),
        row.case.clone(),
        row.what.clone(),
        calls,
        row.scalar.clone(),
        by,
        short(row.ns),
        short(row.least),
        row.floor.map_or_else(missing, short),
        row.ratio()
            .map_or_else(missing, |ratio| format!("{ratio:.2}")),
    ];
    cells.extend(
        row.more
            .iter()
            .map(|(name, figure)| format!("{name} {}", short(*figure))),
    );
    cells
}

/// Three digits or all before the point.
fn short(figure: f64) -> String {
    match figure {
        f if f >= 99.95 => format!("{f:.0}"),
        f if f >= 9.995 => format!("{f:.1}"),
        f => format!("{f:.2}"),
    }
}
