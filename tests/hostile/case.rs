//! One hostile case, and the report of all.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::io::Write as _;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Once, mpsc};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The default number of cases in all areas together.
const CASES: u64 = 6000;

/// The areas that share the cases.
const AREAS: u64 = 14;

/// A case that takes as long as this hangs. No case comes near it.
const HANGS: Duration = Duration::from_secs(60);

/// A seeded source of inputs, which records them.
pub struct Case {
    rng: StdRng,
    notes: Vec<String>,
    faults: Vec<String>,
    succeeded: bool,
}

impl Case {
    fn new(area: &str, seed: u64) -> Self {
        // Areas see different cases.
        let salt = area.bytes().fold(0_u64, |salt, byte| salt.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Self {
            rng: StdRng::seed_from_u64(seed ^ (salt << 32)),
            notes: Vec::new(),
            faults: Vec::new(),
            succeeded: false,
        }
    }

    /// A number below `n`, which is not noted.
    pub fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n)
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A number of the interval from 0 to 1.
    pub fn unit(&mut self) -> f64 {
        self.rng.random()
    }

    /// One of `list`, which is not noted.
    pub fn one_of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// One of `list`.
    pub fn pick<T: Clone + Debug>(&mut self, name: &str, list: &[T]) -> T {
        let value = self.one_of(list);
        self.note(name, &value);
        value
    }

    /// Notes an input.
    pub fn note(&mut self, name: &str, value: &(impl Debug + ?Sized)) {
        let note = format!("{name} = {value:?}");
        self.notes.push(if note.len() > 400 { format!("{} … with more", &note[..400]) } else { note });
    }

    /// Notes the method.
    pub fn note_method<S>(&mut self) {
        let path = std::any::type_name::<S>();
        let names = path.split_inclusive(['<', '>', ',', ' ']).map(|part| part.rsplit("::").next().unwrap_or(part));
        self.notes.insert(0, format!("method = {}", names.collect::<String>()));
    }

    /// Takes note that something came back with `Ok`.
    pub fn succeed(&mut self) {
        self.succeeded = true;
    }

    /// Records a fault if the promise does not hold.
    pub fn check(&mut self, promised: bool, promise: &str) {
        self.check_with(promised, promise, String::new);
    }

    /// The same, with the result.
    pub fn check_with(&mut self, promised: bool, promise: &str, found: impl FnOnce() -> String) {
        if !promised {
            self.faults.push(format!("not so: {promise}; {}", found()));
        }
    }
}

/// Where a panic of the present thread is kept, while a case runs.
#[derive(Debug, Default)]
struct Caught {
    inside: Cell<bool>,
    message: RefCell<String>,
}

thread_local! {
    static CAUGHT: Caught = Caught::default();
}

/// Keeps quiet about panics inside cases, which are reported together.
fn keep_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let kept = CAUGHT.with(|caught| {
                caught.inside.get().then(|| *caught.message.borrow_mut() = info.to_string().replace('\n', " "))
            });
            if kept.is_none() {
                usual(info);
            }
        }));
    });
}

/// The faults of one kind.
struct Kind {
    count: u64,
    seed: u64,
    fault: String,
    notes: String,
}

/// Faults that differ in their numbers are of one kind.
fn kind_of(fault: &str, method: &str) -> String {
    let head = fault.split(';').next().unwrap_or(fault);
    format!("{method}: {}", head.replace(|c: char| c.is_ascii_digit(), "#"))
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is `{value}`, not a number")))
}

/// Runs `task` on its share of the cases and reports all faults together.
pub fn for_all_cases(area: &str, task: impl Fn(&mut Case)) {
    keep_panics();
    let share = setting("RHEOS_HOSTILE_CASES").unwrap_or(CASES).div_ceil(AREAS);
    let only = setting("RHEOS_HOSTILE_SEED");
    let seeds = only.map_or(0..share, |seed| seed..seed + 1);
    let mut kinds = BTreeMap::<String, Kind>::new();
    let cases = seeds.end - seeds.start;
    let mut succeeded = 0;
    let running = AtomicU64::new(seeds.start);
    std::thread::scope(|scope| {
        let (beat, beats) = mpsc::channel::<()>();
        let (running, name) = (&running, area);
        scope.spawn(move || watch(name, &beats, running));
        for seed in seeds {
            running.store(seed, Ordering::Relaxed);
            let _ = beat.send(());
            let mut case = Case::new(area, seed);
            CAUGHT.with(|caught| caught.inside.set(true));
            let ended = panic::catch_unwind(AssertUnwindSafe(|| task(&mut case)));
            CAUGHT.with(|caught| caught.inside.set(false));
            if ended.is_err() {
                let message = CAUGHT.with(|caught| caught.message.take());
                case.faults.push(message);
            }
            succeeded += u64::from(case.succeeded);
            let method = case.notes.first().map_or("", String::as_str);
            for fault in case.faults {
                let notes = || case.notes.join("\n    ");
                let kind = kinds.entry(kind_of(&fault, method));
                kind.or_insert_with(|| Kind { count: 0, seed, fault, notes: notes() }).count += 1;
            }
        }
    });
    let mut report = String::new();
    for Kind { count, seed, fault, notes } in kinds.values() {
        let _ = writeln!(report, "\n{count} × {fault}\n  first with seed {seed}:\n    {notes}");
    }
    assert!(kinds.is_empty(), "{} kinds of faults in {cases} cases of `{area}`:\n{report}", kinds.len());
    // Otherwise the promises of `Ok` would not be looked at.
    assert!(succeeded > cases / 20 || cases < 100, "{succeeded} of {cases} cases of `{area}` were accepted");
}

/// Ends the process where no case begins for long, since a case that hangs reports nothing itself.
fn watch(area: &str, beats: &mpsc::Receiver<()>, running: &AtomicU64) {
    loop {
        match beats.recv_timeout(HANGS) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                let seed = running.load(Ordering::Relaxed);
                // Written so that the test harness does not keep it.
                let _ = writeln!(std::io::stderr(), "\nthe case of `{area}` with seed {seed} hangs");
                std::process::exit(101);
            }
        }
    }
}
