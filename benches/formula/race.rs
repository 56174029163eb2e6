//! Times of several ways to do one thing, in turns.

use std::time::Instant;

/// Runs each way in turns, and prints the medians of its time and of its ratio to the first, and how often it allocates.
pub fn race(name: &str, ways: &mut [(&str, &mut dyn FnMut())]) {
    let repeats: Vec<u32> = ways.iter_mut().map(|(_, way)| repeats(way)).collect();
    let mut times = vec![Vec::new(); ways.len()];
    for _ in 0..rounds(ways) {
        for (i, (_, way)) in ways.iter_mut().enumerate() {
            let start = Instant::now();
            (0..repeats[i]).for_each(|_| way());
            times[i].push(start.elapsed().as_nanos() as f64 / f64::from(repeats[i]));
        }
    }
    let first = times[0].clone();
    println!("{name}");
    for (i, (label, way)) in ways.iter_mut().enumerate() {
        let ratio = median(times[i].iter().zip(&first).map(|(time, first)| time / first).collect());
        let allocations = allocation_counter::measure(way).count_total;
        println!("  {label:<36} {:>9.0} ns   × {ratio:.3}   {allocations} allocations", median(times[i].clone()));
    }
}

/// Some hundred rounds, or as many as take about ten seconds, at least seven.
fn rounds(ways: &mut [(&str, &mut dyn FnMut())]) -> usize {
    let start = Instant::now();
    ways.iter_mut().for_each(|(_, way)| way());
    ((10.0 / start.elapsed().as_secs_f64()) as usize).clamp(7, 301)
}

/// As many calls as take about a millisecond.
fn repeats(way: &mut dyn FnMut()) -> u32 {
    (0..3).for_each(|_| way());
    let (start, mut calls) = (Instant::now(), 0);
    while start.elapsed().as_micros() < 3000 {
        way();
        calls += 1;
    }
    (calls / 3).max(1)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
