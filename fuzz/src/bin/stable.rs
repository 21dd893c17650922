//! Fuzzing without instruments: changes recorded inputs at random and watches panics, time and memory.
//!
//! usage: stable [--seconds N] [PROTOCOL…]
//!
//! An input that does harm is kept below `artifacts`, and the program fails.

use std::alloc::{GlobalAlloc, Layout, System};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ferrobot_fuzz::{Fuzz, PROTOCOLS};

/// Longer inputs say nothing new, and only a few of them fit into a second.
const INPUT_BYTES_MAX: usize = 256 * 1024;
/// One input may take so long, on a processor of its own.
const INPUT_TIME_MAX: Duration = Duration::from_secs(1);
/// Memory in use at once: so much for each byte of the input, and so much in any case. The second is what an input may say by
/// references to itself: half a million values.
const MEMORY_FACTOR: usize = 400;
const MEMORY_BYTES: usize = 256 * 1024 * 1024;
/// More faults than this are one fault found many times.
const FAULTS_MAX: usize = 5;
/// Changes of one input.
const CHANGES_MAX: usize = 8;
/// One of so many inputs that say something is kept.
const KEPT_OF: usize = 50;
/// New inputs that are kept to be changed further.
const KEPT_MAX: usize = 2000;

/// Bytes in use, and the most that there were.
static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call is passed on to the system's allocator as it is; the counters do not touch the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(used, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let mut seconds = 60;
    let mut names = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seconds" => seconds = words.next().and_then(|word| word.parse().ok()).expect("a number of seconds"),
            name => names.push(name.to_owned()),
        }
    }
    panic::set_hook(Box::new(|_| {}));
    let mut is_good = true;
    for (name, fuzz) in PROTOCOLS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            is_good &= Run::new(name, fuzz).go(Duration::from_secs(seconds));
        }
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One protocol's fuzzing.
struct Run {
    name: &'static str,
    fuzz: Fuzz,
    inputs: Vec<Vec<u8>>,
    chance: Chance,
    slowest: Duration,
    largest: usize,
    faults: Vec<String>,
}

impl Run {
    fn new(name: &'static str, fuzz: Fuzz) -> Run {
        let mut files: Vec<PathBuf> = std::fs::read_dir(place("recorded").join(name))
            .expect("recorded inputs")
            .map(|entry| entry.expect("a readable folder").path())
            .collect();
        files.sort();
        let inputs = files.iter().map(|file| std::fs::read(file).expect("a readable input")).collect();
        let seed = std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64 | 1);
        Run { name, fuzz, inputs, chance: Chance(seed), slowest: Duration::ZERO, largest: 0, faults: Vec::new() }
    }

    fn go(mut self, time: Duration) -> bool {
        let (started, seed, recorded) = (Instant::now(), self.chance.0, self.inputs.len());
        let mut tried = 0u64;
        for input in self.inputs.clone() {
            if self.faults.len() < FAULTS_MAX {
                self.try_input(&input);
            }
        }
        while started.elapsed() < time && self.faults.len() < FAULTS_MAX {
            let input = self.change();
            let says_something = self.try_input(&input);
            if says_something && self.chance.below(KEPT_OF) == 0 {
                self.keep(input, recorded);
            }
            tried += 1;
        }
        println!(
            "{}: {tried} inputs from {recorded} recorded ones, seed {seed}; slowest {:.1} ms, most memory {:.1} MB, {} faults",
            self.name,
            self.slowest.as_secs_f64() * 1000.0,
            self.largest as f64 / 1e6,
            self.faults.len()
        );
        for fault in &self.faults {
            println!("    {fault}");
        }
        self.faults.is_empty()
    }

    /// Whether the input said anything.
    fn try_input(&mut self, input: &[u8]) -> bool {
        let before = USED.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        let started = processor_time();
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| (self.fuzz)(input)));
        let (took, memory) = (processor_time() - started, MOST.load(Ordering::Relaxed).saturating_sub(before));
        let says_something = *outcome.as_ref().unwrap_or(&false);
        if let Err(panicked) = outcome {
            let text = panicked.downcast_ref::<String>().cloned();
            let text =
                text.or_else(|| panicked.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default();
            self.fault(input, &format!("panicked: {}", text.chars().take(200).collect::<String>()));
        }
        if took > INPUT_TIME_MAX {
            self.fault(input, &format!("took {} ms", took.as_millis()));
        }
        if memory > MEMORY_BYTES + MEMORY_FACTOR * input.len() {
            self.fault(input, &format!("took {memory} bytes of memory for {} bytes", input.len()));
        }
        self.slowest = self.slowest.max(took);
        self.largest = self.largest.max(memory);
        says_something
    }

    fn fault(&mut self, input: &[u8], what: &str) {
        let folder = place("artifacts").join(self.name);
        let file = folder.join(format!("fault-{}-{}", std::process::id(), self.faults.len()));
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, input)).expect("room for what was found");
        self.faults.push(format!("{}: {what}", file.display()));
    }

    fn keep(&mut self, input: Vec<u8>, recorded: usize) {
        if self.inputs.len() < KEPT_MAX {
            self.inputs.push(input);
        } else {
            let place = recorded + self.chance.below(KEPT_MAX - recorded);
            self.inputs[place] = input;
        }
    }

    fn change(&mut self) -> Vec<u8> {
        let mut input = self.inputs[self.chance.below(self.inputs.len())].clone();
        for _ in 0..=self.chance.below(CHANGES_MAX) {
            self.change_once(&mut input);
        }
        input.truncate(INPUT_BYTES_MAX);
        input
    }

    fn change_once(&mut self, input: &mut Vec<u8>) {
        let chance = &mut self.chance;
        let at = chance.below(input.len() + 1);
        let end = (at + 1 + chance.below(64)).min(input.len());
        match chance.below(9) {
            0 if at < input.len() => input[at] ^= 1 << chance.below(8),
            1 if at < input.len() => input[at] = chance.next() as u8,
            2 if at < input.len() => input[at] = INTERESTING[chance.below(INTERESTING.len())],
            3 => input.insert(at, chance.next() as u8),
            4 if at < end => drop(input.drain(at..end)),
            5 if at < end => {
                let piece = input[at..end].repeat(1 + chance.below(8));
                input.splice(at..at, piece);
            }
            6 if at < end && chance.below(50) == 0 => {
                let piece = input[at..end].repeat(1 + chance.below(4000));
                input.splice(at..at, piece);
            }
            7 => input.truncate(at),
            _ => {
                let other = &self.inputs[chance.below(self.inputs.len())];
                let from = chance.below(other.len() + 1);
                let piece = &other[from..(from + 1 + chance.below(256)).min(other.len())];
                input.splice(at..at, piece.iter().copied());
            }
        }
    }
}

/// Types and lengths of both families of protocols.
const INTERESTING: [u8; 24] = [
    0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x90, 0x91, 0xa0, 0xc0, 0xc1, 0xc6, 0xc9, 0xcb,
    0xd3, 0xdb, 0xdd, 0xdf, 0xff,
];

/// What this thread has used; the machine may be busy with other things.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0))
}

fn place(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// Numbers without a pattern: xorshift.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
