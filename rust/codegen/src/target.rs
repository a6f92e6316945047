// SPDX-License-Identifier: GPL-2.0

//! rustc's target specification: a JSON object.

/// A value in it. None of the strings needs an escape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(u32),
    /// A string.
    Text(String),
    /// Strings.
    Texts(&'static [&'static str]),
    /// An object with one key.
    Object(&'static str, &'static str),
}

impl Value {
    /// Makes a string.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn json(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => format!("\"{value}\""),
            Self::Texts(values) => {
                let values: Vec<String> =
                    values.iter().map(|value| format!("\"{value}\"")).collect();
                format!("[{}]", values.join(", "))
            }
            Self::Object(key, value) => format!("{{\"{key}\": \"{value}\"}}"),
        }
    }
}

/// Returns the specification with these keys, which are in no particular order.
pub fn json(keys: &[(&'static str, Value)]) -> String {
    let mut lines: Vec<String> = keys
        .iter()
        .map(|(key, value)| format!("    \"{key}\": {}", value.json()))
        .collect();
    lines.sort_unstable();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted() {
        let keys = [
            ("stack-probes", Value::Object("kind", "none")),
            ("arch", Value::text("x86_64")),
            ("target-pointer-width", Value::Number(64)),
            (
                "supported-sanitizers",
                Value::Texts(&["kcfi", "kernel-address"]),
            ),
            ("emit-debug-gdb-scripts", Value::Bool(false)),
        ];
        assert_eq!(
            json(&keys),
            "{\n    \"arch\": \"x86_64\",\n    \"emit-debug-gdb-scripts\": false,\n    \
             \"stack-probes\": {\"kind\": \"none\"},\n    \
             \"supported-sanitizers\": [\"kcfi\", \"kernel-address\"],\n    \"target-pointer-width\": 64\n}\n"
        );
    }
}
