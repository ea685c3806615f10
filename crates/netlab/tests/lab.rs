//! A lab's network as the sites in it see it.

use netlab::Lab;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// Sites a and b with an echo server at b, or `None` with a message where there can be no lab.
fn lab() -> Option<(Lab, SocketAddr)> {
    if let Some(reason) = netlab::unavailable() {
        eprintln!("skipped: {reason}");
        return None;
    }
    let lab = Lab::new(&["a", "b"]).expect("a lab");
    let listener = lab
        .at("b", || TcpListener::bind("0.0.0.0:0").expect("bound"))
        .expect("at b");
    let listener = listener.join().expect("listening");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut byte = [0];
                while stream.read_exact(&mut byte).is_ok() && stream.write_all(&byte).is_ok() {}
            });
        }
    });
    let address = SocketAddr::from((lab.address("b").expect("there"), port));
    Some((lab, address))
}

/// The shortest of some round trips of one byte from a to b, or why there was none.
fn round_trip(lab: &Lab, to: SocketAddr) -> Result<Duration, ErrorKind> {
    let trip = move || {
        let limit = Duration::from_millis(700);
        let mut stream = TcpStream::connect_timeout(&to, limit)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(limit))?;
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let begun = monotonic();
            stream.write_all(b"x")?;
            stream.read_exact(&mut [0])?;
            best = best.min(monotonic() - begun);
        }
        Ok(best)
    };
    let tried: std::io::Result<Duration> = lab.at("a", trip).expect("at a").join().expect("ran");
    tried.map_err(|error| error.kind())
}

fn monotonic() -> Duration {
    let time = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC);
    time.expect("a monotonic clock").into()
}

#[test]
fn packets_take_the_time_they_were_told_to() {
    let Some((lab, b)) = lab() else { return };
    let near = round_trip(&lab, b).expect("reached");
    assert!(near < Duration::from_millis(20), "{near:?}");
    lab.rtt("a", "b", Duration::from_millis(40)).expect("set");
    let far = round_trip(&lab, b).expect("reached");
    assert!(
        (Duration::from_millis(40)..Duration::from_millis(80)).contains(&far),
        "{far:?}"
    );
}

#[test]
fn a_cut_is_silent_both_ways_or_one_way_until_it_is_healed() {
    let Some((lab, b)) = lab() else { return };
    lab.cut("a", "b").expect("cut");
    assert_eq!(round_trip(&lab, b), Err(ErrorKind::TimedOut));
    lab.heal();
    round_trip(&lab, b).expect("healed");
    lab.oneway("b", "a").expect("cut");
    assert_eq!(round_trip(&lab, b), Err(ErrorKind::TimedOut));
    let there = lab.state("a", "b").expect("known");
    assert!(!there.is_cut && lab.state("b", "a").expect("known").dropped > 0);
    lab.heal();
    round_trip(&lab, b).expect("healed again");
}

#[test]
fn this_process_reaches_a_site_that_the_others_do_not() {
    let Some((lab, b)) = lab() else { return };
    lab.isolate("b").expect("isolated");
    assert_eq!(round_trip(&lab, b), Err(ErrorKind::TimedOut));
    let stream = TcpStream::connect_timeout(&b, Duration::from_secs(2)).expect("reached");
    let own = stream.local_addr().expect("connected").ip();
    assert_eq!(own, lab.observer());
}

#[test]
fn a_command_runs_at_its_site() {
    let Some((lab, _)) = lab() else { return };
    let output = lab
        .command("a", "ip")
        .args(["-o", "-4", "addr"])
        .output()
        .expect("ran");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (a, b): (Ipv4Addr, _) = (lab.address("a").expect("a"), lab.address("b").expect("b"));
    assert!(
        text.contains(&a.to_string()) && !text.contains(&b.to_string()),
        "{text}"
    );
}

#[test]
fn a_lab_leaves_nothing_behind_even_after_a_panic() {
    let Some((lab, _)) = lab() else { return };
    let path = format!("/run/netns/{}", lab.namespace("a").expect("there"));
    let mut sleeper = lab
        .command("a", "sleep")
        .arg("1000")
        .spawn()
        .expect("started");
    assert!(std::fs::exists(&path).expect("looked"));
    let panicked = std::thread::spawn(move || {
        let _lab = lab;
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    assert!(!sleeper.wait().expect("ended").success());
    assert!(!std::fs::exists(&path).expect("looked"));
}

#[test]
fn what_a_dead_owner_left_is_swept_and_what_a_living_one_has_is_not() {
    let Some((lab, _)) = lab() else { return };
    let left = format!("netlab-{}-1-9-a", i32::MAX);
    let made = std::process::Command::new("ip")
        .args(["netns", "add", &left])
        .status();
    assert!(made.expect("ran").success());
    Lab::sweep();
    assert!(!std::fs::exists(format!("/run/netns/{left}")).expect("looked"));
    let own = format!("/run/netns/{}", lab.namespace("a").expect("there"));
    assert!(std::fs::exists(own).expect("looked"));
}
