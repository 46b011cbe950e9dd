//! What was used, by whom or when.

use signalbox_domain::AccountKind;
use signalbox_gateway::{Account, UsageRow};
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
/// How much of an account's name is in a file's.
const LONGEST_NAME: usize = 40;

impl Core {
    /// What was used in the last days, today among them.
    pub async fn budget_usage(&self, request: UsageRequest) -> Result<UsageReport, ApiError> {
        let UsageRequest { by, days, account } = request;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(ApiError::new(Code::Invalid, format!("ask for 1 to {MOST_DAYS} days")));
        }
        let of = account.as_deref().map(|text| {
            Account::parse(text).ok_or_else(|| {
                let kinds = AccountKind::ALL.map(AccountKind::as_str).join(", ");
                ApiError::new(Code::Invalid, format!("{text:?} is no account; write user:ann, with one of {kinds}"))
            })
        });
        let table = self.gateway.usage(by, days, of.transpose()?).await?;
        Ok(UsageReport {
            by,
            account,
            rows: table.rows,
            total: table.total,
            from: table.span.start,
            to: table.span.end,
        })
    }

    /// The same as a CSV file in the state folder. It is written beside and renamed, so that nobody reads half of it.
    pub async fn budget_export(&self, request: UsageRequest) -> Result<UsageExported, ApiError> {
        let days = request.days;
        let report = self.budget_usage(request).await?;
        let by = report.by.as_str();
        let text = csv(by, &report.rows);
        let today = self.clock.now().to_zoned(self.gateway.settings().zone.clone()).date();
        let folder = self.home.join(EXPORTS);
        let of = report.account.as_deref().map(|account| format!("-of-{}", file_name(account))).unwrap_or_default();
        let path = folder.join(format!("usage-by-{by}{of}-{days}-days-{today}.csv"));
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

/// A name as a part of a file's: what some system gives a meaning to becomes a line.
fn file_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() || letter == '.' || letter == '_' { letter } else { '-' };
    name.chars().take(LONGEST_NAME).map(plain).collect()
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
    fn an_account_cannot_lead_an_export_elsewhere() {
        assert_eq!(file_name("user:../../etc/passwd"), "user-..-..-etc-passwd");
        assert_eq!(file_name(&"x".repeat(500)).len(), LONGEST_NAME);
    }

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
