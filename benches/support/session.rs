//! One run of a bench: cases go in, each is timed on all lanes that are asked for beside its floor, the report comes out.

use derive_network::{Lanes, Network, with_lanes};

use super::count::{Ask, Counts, Definition, count};
use super::floor::{Machine, Scalar};
use super::options::Options;
use super::processes;
use super::report::{Form, HERE, Row, print_json, print_table};
use super::timing::{Time, time};

/// What is timed.
#[derive(Clone, Debug)]
pub struct Case {
    /// The name of the workload.
    workload: &'static str,
    /// The network.
    case: String,
    /// What is computed.
    what: &'static str,
    form: Form,
    /// Points in a pass.
    points: usize,
}

impl Case {
    /// A case of a workload.
    pub fn new(workload: &'static str, case: impl Into<String>, what: &'static str) -> Self {
        Case {
            workload,
            case: case.into(),
            what,
            form: Form::Batch,
            points: 1,
        }
    }

    /// So many points in one call.
    pub fn batch(&self, points: usize) -> Self {
        Case {
            form: Form::Batch,
            points,
            ..self.clone()
        }
    }

    /// So many calls of one point.
    pub fn single(&self, points: usize) -> Self {
        Case {
            form: Form::Single,
            points,
            ..self.clone()
        }
    }

    fn row(&self, scalar: Scalar, time: Time) -> Row {
        Row {
            workload: self.workload.to_owned(),
            case: self.case.clone(),
            what: self.what.to_owned(),
            form: match self.form {
                Form::Batch => "batch".to_owned(),
                Form::Single => "single".to_owned(),
            },
            batch: match self.form {
                Form::Batch => self.points as u64,
                Form::Single => 1,
            },
            scalar: scalar.name().to_owned(),
            by: HERE.to_owned(),
            lanes: None,
            ns: time.median,
            least: time.least,
            floor: None,
            more: Vec::new(),
        }
    }
}

/// A run of a bench.
pub struct Session {
    options: Options,
    machine: Machine,
    rows: Vec<Row>,
}

/// A name and what measures it.
pub type Group = (&'static str, fn(&mut Session));

/// Runs groups of cases as the arguments of the process say, and prints what they measure.
pub fn run(groups: &[Group]) {
    let options = Options::of_process();
    let names: Vec<&str> = groups.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = options.unknown(&names) {
        eprintln!("no group is called `{unknown}`: {}", names.join(", "));
        std::process::exit(2);
    }
    let rows = if options.processes > 0 {
        processes::run(&options).unwrap_or_else(|mistake| {
            eprintln!("{mistake}");
            std::process::exit(1);
        })
    } else {
        measure_groups(&options, groups)
    };
    if options.json {
        print_json(&rows);
    } else {
        print_table(&rows);
    }
}

/// What the results of one point take at most: a Hessian in 784 inputs is moved through the stack when its slice is made.
const STACK: usize = 64 << 20;

fn measure_groups(options: &Options, groups: &[Group]) -> Vec<Row> {
    let measure = || {
        let mut session = Session {
            options: options.clone(),
            machine: Machine::default(),
            rows: Vec::new(),
        };
        for (name, group) in groups {
            if options.wants(name) {
                group(&mut session);
            }
        }
        session.rows
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, measure);
        let rows = thread.expect("the system has a thread").join();
        rows.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

impl Session {
    /// Times what a network computes, on each of the lanes, beside its floor.
    pub fn measure<N: Network + Definition>(
        &mut self,
        _: &N,
        case: &Case,
        ask: Ask,
        pass: &mut dyn FnMut(),
    ) {
        let counts = count::<N>(ask);
        for lanes in self.options.lanes() {
            let time = with_lanes(lanes, || time(case.points, pass));
            self.add::<N>(case, lanes, &counts, time, Vec::new());
        }
    }

    /// Adds what was timed on some lanes by other means, with further figures.
    pub fn add<N: Network>(
        &mut self,
        case: &Case,
        lanes: Lanes,
        counts: &Counts,
        time: Time,
        more: Vec<(String, f64)>,
    ) {
        let scalar = Scalar::of::<N::Scalar>();
        let in_a_call = match case.form {
            Form::Batch => case.points,
            Form::Single => 1,
        };
        let floor = self.machine.floor(lanes, scalar, counts, in_a_call);
        let mut row = case.row(scalar, time);
        row.lanes = Some(lanes.to_string());
        row.floor = Some(floor);
        row.more = more;
        self.rows.push(row);
    }

    /// Times the same work done by somebody else.
    pub fn compare(
        &mut self,
        case: &Case,
        scalar: Scalar,
        by: &'static str,
        pass: &mut dyn FnMut(),
    ) {
        let mut row = case.row(scalar, time(case.points, pass));
        row.by = by.to_owned();
        self.rows.push(row);
    }

    /// The lanes to be measured.
    pub fn lanes(&self) -> Vec<Lanes> {
        self.options.lanes()
    }
}
