//! What was used, by whom or when.

use signalbox_gateway::UsageRow;
use signalbox_workspace::write_atomic;

use super::{Core, start::blocking};
use crate::{
    ApiError, Code,
    types::{UsageExported, UsageReport, UsageRequest},
};

/// The most days that are asked for at once.
const MOST_DAYS: u32 = 366;
/// The folder in the state folder for what is exported.
const EXPORTS: &str = "exports";

impl Core {
    /// What was used in the last days, today among them.
    pub async fn budget_usage(&self, request: UsageRequest) -> Result<UsageReport, ApiError> {
        let UsageRequest { by, days } = request;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(ApiError::new(Code::Invalid, format!("ask for 1 to {MOST_DAYS} days")));
        }
        let table = self.gateway.usage(by, days).await?;
        Ok(UsageReport { by, rows: table.rows, total: table.total, from: table.span.start, to: table.span.end })
    }

    /// The same as a CSV file in the state folder. It is written beside and renamed, so that nobody reads half of it.
    pub async fn budget_export(&self, request: UsageRequest) -> Result<UsageExported, ApiError> {
        let report = self.budget_usage(request).await?;
        let text = csv(request.by.as_str(), &report.rows);
        let today = self.clock.now().to_zoned(self.gateway.settings().zone.clone()).date();
        let folder = self.home.join(EXPORTS);
        let path = folder.join(format!("usage-by-{}-{}-days-{today}.csv", request.by.as_str(), request.days));
        let (written, bytes) = (path.clone(), text.clone());
        blocking(move || {
            std::fs::create_dir_all(&folder).map_err(|error| {
                ApiError::new(Code::ReadOnly, format!("{} can't be made: {error}", folder.display()))
            })?;
            Ok(write_atomic(&written, bytes.as_bytes())?)
        })
        .await?;
        Ok(UsageExported { path: path.display().to_string(), text })
    }
}

/// A table with one row a line. Money is exact.
fn csv(by: &str, rows: &[UsageRow]) -> String {
    let mut text = format!("{by},dollars,tokens,requests\r\n");
    for UsageRow { name, used } in rows {
        let line = [field(name), used.money.to_decimal(), used.tokens.to_string(), used.requests.to_string()];
        text += &line.join(",");
        text += "\r\n";
    }
    text
}

/// A text as a field. What a spreadsheet would take for a formula gets a quote before it: names come from callers.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use signalbox_domain::{Amounts, Money};

    use super::*;

    #[test]
    fn a_name_can_neither_leave_its_field_nor_become_a_formula() {
        let row = |name: &str| UsageRow {
            name: name.into(),
            used: Amounts { money: Money::from_nanos(1_500_000_001), tokens: 7, requests: 2 },
        };
        let rows = [row("ann"), row("a,\"b\""), row("=SUM(A1)")];
        assert_eq!(
            csv("user", &rows),
            "user,dollars,tokens,requests\r\n\
             ann,1.500000001,7,2\r\n\
             \"a,\"\"b\"\"\",1.500000001,7,2\r\n\
             '=SUM(A1),1.500000001,7,2\r\n"
        );
    }
}
