#[derive_network(
    input(t, x),
    output(u),
    define = {
        let mut a = u;
        let b: f64 = u;
        let (c, e) = (u, u);
        let f;
        let Some(g) = u else { return };
        #[allow(unused)]
        let h = u;
        a = u * u;
        for i in 0..3 { u; }
        u * u;
        const LENGTH: f64 = 1.0;
        println!("u");
        let fine = u;
        fine + a
    },
)]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x), define { let r = x; })]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x), define(r = x))]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x), define = x * x)]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x), define = { let type = x; })]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x), define = { let r#type = x; let r#self_ = x; })]
struct Network {
    output: Dense<1>,
}

#[derive_network(input(x), define = { let a = x }, define = { let b = x; })]
struct Network {
    output: Dense<1>,
}
