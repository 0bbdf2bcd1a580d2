//! Parameters to a file and back, to the last bit.
//!
//! A file is words of eight bytes, little-endian: iterations, the bits of the loss, then those of each parameter.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Where a run was interrupted.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// How many iterations were done.
    pub iterations: u64,
    /// The loss at the parameters.
    pub loss: f64,
    /// The flat parameters.
    pub parameters: Vec<f64>,
}

impl Checkpoint {
    /// Writes it beside the file and renames it, so that there is a whole checkpoint at any time.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let head = [self.iterations, self.loss.to_bits()];
        let words = head
            .into_iter()
            .chain(self.parameters.iter().map(|parameter| parameter.to_bits()));
        let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let unfinished = path.with_extension("unfinished");
        let mut file = File::create(&unfinished)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(unfinished, path)
    }

    /// Reads it back, for a network of so many parameters.
    pub fn restore(path: &Path, parameters: usize) -> io::Result<Self> {
        let bytes = fs::read(path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        let (words, rest) = bytes.as_chunks();
        let words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
        match words.split_first_chunk() {
            Some(([iterations, loss], bits)) if bits.len() == parameters && rest.is_empty() => {
                Ok(Self {
                    iterations: *iterations,
                    loss: f64::from_bits(*loss),
                    parameters: bits.iter().copied().map(f64::from_bits).collect(),
                })
            }
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "{} has {} bytes, which is no checkpoint of {parameters} parameters",
                    path.display(),
                    bytes.len()
                ),
            )),
        }
    }
}
