//! A lab by hand: `netlab-hub a b w`, then commands on standard input, one a line.

use netlab::{Error, Lab};
use std::io::BufRead;
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "rtt A B MS | jitter A B MS | loss A B PER_MILLE | cut A B | oneway A B | isolate A | \
                    heal | state A B | sh A COMMAND.. (end of input ends the lab)";

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    if names.is_empty() {
        eprintln!("usage: netlab-hub SITE...\n{HELP}");
        return ExitCode::from(2);
    }
    let lab = match Lab::new(&names.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(lab) => lab,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    for name in &names {
        if let (Ok(address), Ok(namespace)) = (lab.address(name), lab.namespace(name)) {
            println!("{name} {address} {namespace}");
        }
    }
    println!("ready");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match obey(&lab, &words) {
            Ok(answer) => println!("{answer}"),
            Err(error) => println!("error: {error}"),
        }
    }
    ExitCode::SUCCESS
}

fn obey(lab: &Lab, words: &[&str]) -> Result<String, Error> {
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    let millis = |text: &str| Duration::from_secs_f64(text.parse().unwrap_or(0.0) / 1000.0);
    match words {
        ["rtt", a, b, time] => lab.rtt(a, b, millis(time))?,
        ["jitter", a, b, time] => lab.jitter(a, b, millis(time))?,
        ["loss", a, b, share] => lab.loss(a, b, number(share))?,
        ["cut", a, b] => lab.cut(a, b)?,
        ["oneway", a, b] => lab.oneway(a, b)?,
        ["isolate", a] => lab.isolate(a)?,
        ["heal"] => lab.heal(),
        ["state", a, b] => return Ok(format!("{:?}", lab.state(a, b)?)),
        ["sh", site, program, args @ ..] => {
            lab.address(site)?;
            let status = lab.command(site, program).args(args).status();
            return Ok(status.map_or_else(|error| error.to_string(), |status| status.to_string()));
        }
        _ => return Ok(HELP.into()),
    }
    Ok("ok".into())
}
