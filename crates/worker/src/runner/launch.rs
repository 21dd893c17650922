//! Starts a program at the price of `posix_spawn`, and does two things that `posix_spawn` cannot: it puts the mark on the
//! program and so on everything that it will start, and it gives the program a terminal of its own.
//!
//! Until it executes the program, the new process runs in the memory of this one, and only the thread that started it waits.
//! So it may neither allocate nor take a lock nor run a handler of ours: all that it needs is made beforehand, and every signal is
//! blocked.
#![expect(unsafe_code, reason = "a process is made by hand here; each use says what makes it sound")]

use std::ffi::{CStr, CString, OsStr, OsString, c_void};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::sys::signal::{SigSet, SigmaskHow, pthread_sigmask};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::environment::Environment;
use super::mark::Mark;

/// The new process makes a dozen system calls on its stack. glibc gives its own `posix_spawn` 32 KiB.
const STACK_BYTES: usize = 64 * 1024;
/// Signals have the numbers from 1 to this.
const SIGNAL_MAX: libc::c_int = 64;
/// How a process ends that could not execute its program; nobody sees it.
const NOT_EXECUTED: libc::c_int = 127;

/// What to start.
#[derive(Clone, Copy)]
pub(super) struct Launch<'a> {
    pub(super) file: &'a Path,
    pub(super) argv: &'a [OsString],
    pub(super) environment: &'a Environment,
    pub(super) workdir: &'a Path,
    /// Its standard input, output and error. None of them is one of this process's own three, which are always open.
    pub(super) streams: [BorrowedFd<'a>; 3],
    pub(super) leads: Leads,
    pub(super) mark: Option<Mark>,
}

/// What the program is the leader of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// A process group in the session of this process.
    Group,
    /// A session whose terminal is the program's standard input.
    Terminal,
}

/// Starts a program. Whoever gets its id has to wait for its end.
pub(super) fn launch(launch: &Launch<'_>) -> io::Result<Pid> {
    let (file, workdir) = (c_string(launch.file.as_os_str())?, c_string(launch.workdir.as_os_str())?);
    let argv = launch.argv.iter().map(|word| c_string(word)).collect::<io::Result<Vec<_>>>()?;
    let environment = launch.environment.iter().map(variable).collect::<io::Result<Vec<_>>>()?;
    let (argv, environment) = (pointers(&argv), pointers(&environment));
    start(&Plan {
        file: &file,
        argv: argv.as_ptr(),
        environment: environment.as_ptr(),
        workdir: &workdir,
        streams: launch.streams.map(|stream| stream.as_raw_fd()),
        leads: launch.leads,
        limit: launch.mark.map(Mark::limits),
        error: AtomicI32::new(0),
    })
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    Ok(CString::new(text.as_bytes())?)
}

fn variable((name, value): (&OsString, &OsString)) -> io::Result<CString> {
    Ok(CString::new([name.as_bytes(), b"=", value.as_bytes()].concat())?)
}

fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([ptr::null()]).collect()
}

/// All that the new process looks at.
struct Plan<'a> {
    file: &'a CStr,
    argv: *const *const libc::c_char,
    environment: *const *const libc::c_char,
    workdir: &'a CStr,
    streams: [RawFd; 3],
    leads: Leads,
    limit: Option<libc::rlimit>,
    /// Why the program was not executed. The new process writes it, in the memory that it shares.
    error: AtomicI32,
}

fn start(plan: &Plan<'_>) -> io::Result<Pid> {
    let mut stack = Vec::<u128>::with_capacity(STACK_BYTES / size_of::<u128>());
    let top = stack.as_mut_ptr().wrapping_add(stack.capacity());
    let mut mask = SigSet::empty();
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut mask))?;
    // SAFETY: the stack, the plan and what it points to live until the call returns; by then the process has executed another
    // program or has ended, and does not use this memory any more. `run` keeps to what such a process may do.
    let pid = unsafe {
        libc::clone(
            run,
            top.cast::<c_void>(),
            libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD,
            ptr::from_ref(plan).cast_mut().cast::<c_void>(),
        )
    };
    let failed = io::Error::last_os_error();
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&mask), None)?;
    let pid = Pid::from_raw(pid).filter(|_| pid > 0).ok_or(failed)?;
    match plan.error.load(Ordering::Relaxed) {
        0 => Ok(pid),
        error => {
            // It has ended already, and nobody has heard of it.
            let _reaped = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED);
            Err(io::Error::from_raw_os_error(error))
        }
    }
}

/// What the new process does. It returns only when it could not execute the program, and ends then.
extern "C" fn run(plan: *mut c_void) -> libc::c_int {
    // SAFETY: `start` has passed its plan, which outlives this process's use of it.
    let plan = unsafe { &*plan.cast::<Plan<'_>>() };
    plan.error.store(execute(plan).raw_os_error().unwrap_or(libc::EIO), Ordering::Relaxed);
    NOT_EXECUTED
}

fn execute(plan: &Plan<'_>) -> io::Error {
    let [input, output, error] = plan.streams;
    // SAFETY: every call is async-signal-safe and looks only at what the plan holds. What they change (handlers, limits,
    // descriptors, directory) belongs to this process alone; memory they do not change.
    unsafe {
        forget_handlers();
        let led = match plan.leads {
            Leads::Group => libc::setpgid(0, 0),
            Leads::Terminal => libc::setsid().min(0),
        };
        let ready = led >= 0
            && libc::dup2(input, libc::STDIN_FILENO) >= 0
            && libc::dup2(output, libc::STDOUT_FILENO) >= 0
            && libc::dup2(error, libc::STDERR_FILENO) >= 0
            && (plan.leads == Leads::Group || libc::ioctl(libc::STDIN_FILENO, libc::TIOCSCTTY, 0) == 0)
            && libc::chdir(plan.workdir.as_ptr()) == 0;
        if ready {
            if let Some(limit) = &plan.limit {
                // Without its mark the program is found by its parents alone.
                libc::setrlimit(libc::RLIMIT_LOCKS, limit);
            }
            let mut none = std::mem::zeroed::<libc::sigset_t>();
            libc::sigemptyset(&raw mut none);
            libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut());
            libc::execve(plan.file.as_ptr(), plan.argv, plan.environment);
        }
    }
    io::Error::last_os_error()
}

/// Signals do again what they do to a fresh program. Ours are forgotten while they are blocked: a handler of ours would run in the
/// memory of the parent. `SIGPIPE` is the one that Rust ignores; other ignored ones are inherited, as from any shell.
///
/// # Safety
///
/// Only for a process whose handlers are its own.
unsafe fn forget_handlers() {
    for signal in 1..=SIGNAL_MAX {
        // SAFETY: `sigaction` fills and reads structures of its own type, for which zeros are valid.
        unsafe {
            let mut action = std::mem::zeroed::<libc::sigaction>();
            if libc::sigaction(signal, ptr::null(), &raw mut action) != 0 {
                continue;
            }
            let is_ours = action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN;
            if is_ours || signal == libc::SIGPIPE {
                action = std::mem::zeroed::<libc::sigaction>();
                libc::sigaction(signal, &raw const action, ptr::null_mut());
            }
        }
    }
}
