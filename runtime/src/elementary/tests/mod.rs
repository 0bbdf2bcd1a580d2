//! One question a file: are the values right (`accuracy`), are the ends and the kinks right (`limits`), do the derivative
//! oracles of the project agree (`oracles`)? `families` runs a family on the lanes, `table` reads what it should give.

mod accuracy;
mod families;
mod limits;
mod oracles;
mod table;
