//! Random choices go in, the text of an image or a signal as input and of layers that take it comes out.

use super::random::Random;
use std::fmt::Write;

/// What comes into a network of images or signals: channels and extents of space.
pub struct Image {
    channels: usize,
    space: Vec<usize>,
}

impl Image {
    pub fn generate(random: &mut Random) -> Self {
        let axes = 1 + random.below(2);
        Self {
            channels: 1 + random.below(3),
            space: (0..axes).map(|_| 3 + random.below(4)).collect(),
        }
    }

    /// `image: [3, 7, 5]`
    pub fn input(&self) -> String {
        let extents = std::iter::once(&self.channels).chain(&self.space);
        let extents: Vec<String> = extents.map(usize::to_string).collect();
        format!("input(image: [{}])", extents.join(", "))
    }

    /// Fields up to one that makes a vector, mostly of shapes that fit.
    pub fn fields(mut self, random: &mut Random) -> String {
        let mut text = String::new();
        for name in ["wide", "deep"] {
            let axes = self.space.len();
            let kernel = 1 + random.below(3);
            let mut options = vec![format!("kernel = {kernel}")];
            let padding = random.below(kernel);
            if random.once_in(2) {
                options.push(format!("padding = {padding}"));
            }
            if random.once_in(3) {
                let stride = 1 + random.below(2);
                options.push(format!("stride = {stride}"));
            }
            if random.once_in(8) {
                options.push("padding = (1, 0)".to_owned());
            }
            let layer = match random.below(4) {
                0 => format!("MaxPool{axes}d"),
                1 => format!("AvgPool{axes}d"),
                _ => {
                    if random.once_in(3) {
                        let groups = random.pick(&["1", "1", "2", "3"]);
                        options.push(format!("groups = {groups}"));
                    }
                    if random.once_in(4) {
                        options.push("dilation = 2".to_owned());
                    }
                    if random.once_in(4) {
                        options.push("bias = false".to_owned());
                    }
                    self.channels = 1 + random.below(4);
                    let activation = random.pick(&["", ", Tanh", ", Relu", ", Swish"]);
                    format!("Conv{axes}d<{}{activation}>", self.channels)
                }
            };
            let layer = match random.below(8) {
                0 => format!("[{layer}; 2]"),
                _ => layer,
            };
            writeln!(text, "#[layer({})]\n{name}: {layer},", options.join(", ")).unwrap();
            if random.once_in(3) {
                writeln!(text, "norm_of_{name}: LayerNorm,").unwrap();
            }
            if random.once_in(2) {
                break;
            }
        }
        if !random.once_in(10) {
            writeln!(text, "flatten: Flatten,").unwrap();
        }
        text
    }
}
