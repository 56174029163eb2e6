mod task;
use nalgebra::{Const, DMatrix, DVector, Dyn, OMatrix};
use rheos::analysis::{Eigen, Held, System};
use rheos::nn::{BatchMatrix, Block, Elman, Gru, Linear, Net, Recurrence, Sequence};
use rheos::train::{AdamW, Cosine, SquaredError, Trainer, uniform};
use std::time::Instant;
use task::{BITS, flip_flop};

type H = OMatrix<f64, Const<16>, Dyn>;

fn search(map: &impl System<State = H>, starts: &[H], mu0: f64) -> Vec<(DVector<f64>, usize)> {
    let mut found: Vec<(DVector<f64>, usize)> = Vec::new();
    for start in starts {
        let mut x = start.clone();
        let mut out = x.clone();
        let mut j = DMatrix::zeros(16, 16);
        let mut mu = mu0;
        map.eval(&x, &mut out).unwrap();
        let mut r = DVector::from_column_slice((&out - &x).as_slice());
        for _ in 0..200 {
            if r.norm() < 1e-13 {
                break;
            }
            map.jacobian(&x, &x, &mut j).unwrap();
            for i in 0..16 {
                j[(i, i)] -= 1.0;
            }
            let a = j.transpose() * &j + DMatrix::identity(16, 16) * (mu * r.norm_squared());
            let d = a.lu().solve(&(-(j.transpose() * &r))).unwrap();
            let y = H::from_column_slice((DVector::from_column_slice(x.as_slice()) + d).as_slice());
            map.eval(&y, &mut out).unwrap();
            let s = DVector::from_column_slice((&out - &y).as_slice());
            if s.norm() < r.norm() {
                x = y;
                r = s;
                mu = (mu * 0.3).max(1e-8);
            } else {
                mu *= 4.0;
                if mu > 1e12 {
                    break;
                }
            }
        }
        if r.norm() < 1e-11 {
            let x = DVector::from_column_slice(x.as_slice());
            if let Some(f) = found.iter().find(|f| (&f.0 - &x).norm() < 1e-5) {
                let _ = f;
            } else {
                map.jacobian(&H::from_column_slice(x.as_slice()), &out, &mut j).unwrap();
                let Ok(e) = Eigen::of(&j) else {
                    eprintln!("FAIL");
                    std::fs::write("/tmp/fail.txt", j.iter().map(|x| format!("{x:e}\n")).collect::<String>()).unwrap();
                    continue;
                };
                found.push((x, e.values.iter().filter(|v| v.norm() > 1.0).count()));
            }
        }
    }
    found
}

fn run<B: Block<Input = BatchMatrix<f64, BITS>, Hidden = H> + Clone>(
    name: &str,
    seed: u64,
    block: B,
    args: &[f64],
) -> rheos::Result<()>
where
    B::Params: 'static,
{
    let data = flip_flop(512, 1)?;
    let train = data.objective(SquaredError);
    let [epochs, rate, wd, noise, mu0] = args else { panic!() };
    let start = Instant::now();
    let mut numbers = uniform(seed + 100);
    let readout = Linear::<f64, 16, BITS>::uniform(&mut numbers);
    let mut model = Sequence { block, readout: Net::dynamic(readout) };
    let t = Trainer::new(&mut model, &train, AdamW::new(*rate).weight_decay(*wd))
        .epochs(*epochs as usize)
        .batch_size(32)
        .schedule(|n| Cosine::new(*rate, n))
        .clip_norm(1.0)
        .fit()?;
    let took = start.elapsed().as_secs_f64();
    let (inputs, _) = (flip_flop_inputs(), 0);
    let mut visited = Vec::new();
    for seq in inputs.iter() {
        let mut h = H::zeros(1);
        for x in seq {
            model.block.advance(&BatchMatrix::<f64, BITS>::from_column_slice(x), &mut h, 1.0.into())?;
            let mut g = || {
                let mut s = 0.0;
                for _ in 0..12 {
                    s += numbers();
                }
                s - 6.0
            };
            visited.push(h.map(|x| x + noise * g()));
        }
    }
    let start = Instant::now();
    let map = Held::new(model.block.clone(), BatchMatrix::<f64, BITS>::zeros(1));
    let points = search(&map, &visited, *mu0);
    let mut counts = [0; 17];
    for p in &points {
        counts[p.1] += 1;
    }
    println!(
        "{name} {seed}: loss {:?} {took:.2} s; {} points {:?} in {:.2} s from {}",
        t.epochs.last().map(|e| e.loss),
        points.len(),
        &counts[..6],
        start.elapsed().as_secs_f64(),
        visited.len()
    );
    Ok(())
}

fn flip_flop_inputs() -> Vec<Vec<[f64; BITS]>> {
    task::inputs(64, 7)
}

fn main() -> rheos::Result<()> {
    let args: Vec<f64> = std::env::args().skip(1).map(|x| x.parse().unwrap()).collect();
    for seed in 0..5 {
        run("gru", seed, Recurrence(Net::dynamic(Gru::<f64, BITS, 16>::uniform(&mut uniform(seed)))), &args)?;
        run("elman", seed, Recurrence(Net::dynamic(Elman::<f64, BITS, 16>::uniform(&mut uniform(seed)))), &args)?;
    }
    Ok(())
}
