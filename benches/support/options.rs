//! The arguments of a bench go in, what they ask for comes out.

use derive_network::Lanes;

/// What is asked of a bench.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Names of groups; all of them if there is none.
    names: Vec<String>,
    /// One JSON object a line instead of a table.
    pub json: bool,
    /// The lanes to measure; all of this machine if there are none.
    lanes: Vec<String>,
    /// Runs in so many processes, each with its own layout of addresses, and merges what they measure.
    pub processes: usize,
}

impl Options {
    /// Those of this process: names of groups, `--json`, `--lanes avx2`, `--processes 10`.
    pub fn of_process() -> Self {
        Self::read(std::env::args().skip(1)).unwrap_or_else(|mistake| {
            eprintln!("{mistake}");
            std::process::exit(2);
        })
    }

    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                // Cargo gives it to every bench.
                "--bench" => {}
                "--json" => options.json = true,
                "--lanes" => {
                    let name = value()?;
                    if !Lanes::available().any(|lanes| is_named(lanes, &name)) {
                        return Err(format!("this machine has no lanes `{name}`"));
                    }
                    options.lanes.push(name);
                }
                "--processes" => {
                    let count = value()?;
                    options.processes = count
                        .parse()
                        .map_err(|_| format!("`{count}` is no number of processes"))?;
                }
                name if !name.starts_with('-') => options.names.push(name.to_owned()),
                _ => {
                    return Err(format!(
                        "`{argument}` is not known: names of groups, --json, --lanes avx2, --processes 10"
                    ));
                }
            }
        }
        Ok(options)
    }

    /// A name that no group has.
    pub fn unknown<'a>(&'a self, groups: &[&str]) -> Option<&'a str> {
        let mut names = self.names.iter().map(String::as_str);
        names.find(|name| !groups.contains(name))
    }

    /// Whether a group is asked for.
    pub fn wants(&self, group: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| name == group)
    }

    /// The lanes to be measured, widest first.
    pub fn lanes(&self) -> Vec<Lanes> {
        let mut lanes: Vec<Lanes> = Lanes::available()
            .filter(|lanes| self.takes(*lanes))
            .collect();
        lanes.reverse();
        lanes
    }

    fn takes(&self, lanes: Lanes) -> bool {
        self.lanes.is_empty() || self.lanes.iter().any(|name| is_named(lanes, name))
    }

    /// The arguments of a process that measures the same once, for another process to read.
    pub fn of_child(&self) -> Vec<String> {
        let mut arguments = self.names.clone();
        for name in &self.lanes {
            arguments.extend(["--lanes".to_owned(), name.clone()]);
        }
        arguments.push("--json".to_owned());
        arguments
    }
}

/// Whether lanes are meant by a name, however it is written: `AVX-512`, `avx512`.
fn is_named(lanes: Lanes, name: &str) -> bool {
    let plain = |text: &str| text.replace('-', "").to_lowercase();
    plain(&lanes.to_string()) == plain(name)
}
