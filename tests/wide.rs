//! Is a network whose results do not fit on the stack usable through its workspace?

use derive_network::prelude::*;

#[derive_network(input(x: 300), derive(hessian))]
struct Wide {
    hidden: Dense<8, Tanh>,
    output: Dense<1>,
}

/// A call by value is refused while its caller compiles; a network that is not called so is fine.
#[test]
fn a_hessian_of_720_kilobytes_is_written_where_it_belongs() {
    // nalgebra makes a matrix on the stack before it is on the heap.
    let thread = std::thread::Builder::new().stack_size(16 << 20);
    let ran = thread.spawn(|| {
        let network = Wide::glorot_uniform(7);
        let mut workspace = Wide::workspace();
        let x = SVector::<f64, 300>::from_fn(|row, _| (row as f64).sin());
        let (mut value, mut gradient) = (0.0, SVector::<f64, 300>::zeros());
        let mut hessian = Box::new(SMatrix::<f64, 300, 300>::zeros());
        network.hessian_with(&mut workspace, &x, &mut value, &mut gradient, &mut hessian);
        assert!(gradient.norm() > 0.0);
        for (i, j) in [(0, 1), (3, 299), (150, 7)] {
            assert_eq!(hessian[(i, j)], hessian[(j, i)]);
            assert!(hessian[(i, j)] != 0.0);
        }
    });
    ran.expect("a thread starts").join().expect("it ends well");
}
