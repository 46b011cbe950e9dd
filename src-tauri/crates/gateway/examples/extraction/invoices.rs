//! Invoices as people write them, the same in every run.

const SUPPLIERS: &[&str] = &[
    "Bramble & Wick Ltd",
    "Tischlerei Hagedorn",
    "Silverline Couriers",
    "Papelería Luna S.L.",
    "North Quay Plumbing",
    "Atelier Morel",
    "Kowalski i Synowie",
    "Green Gate Nursery",
    "Officine Bellini",
    "Redwood Hosting Inc.",
];
const THINGS: &[&str] = &[
    "Beeswax candle",
    "Oak shelf",
    "Delivery",
    "Copy paper A4",
    "Valve, 22 mm",
    "Frame, gilt",
    "Steel bolt M8",
    "Apple tree, 2 years",
    "Gear wheel",
    "Server, monthly",
];

/// The invoice of a number.
pub(crate) fn invoice(number: u64) -> String {
    let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let supplier = dice.of(SUPPLIERS);
    let id = format!("{}-{}", dice.below(90) + 10, dice.below(9_000) + 1_000);
    let (day, month) = (dice.below(28) + 1, dice.below(12) + 1);
    let comma = dice.below(2) == 0;
    let money = |cents: u64| {
        let (whole, rest) = (cents / 100, cents % 100);
        let mark = if comma { '.' } else { ',' };
        let whole =
            if whole < 1_000 { whole.to_string() } else { format!("{}{mark}{:03}", whole / 1_000, whole % 1_000) };
        format!("{whole}{}{rest:02}", if comma { ',' } else { '.' })
    };
    let mut lines = Vec::new();
    let mut net = 0;
    for _ in 0..=dice.below(3) {
        let (thing, quantity, each) = (dice.of(THINGS), dice.below(12) + 1, (dice.below(20_000) + 100) * 5);
        net += quantity * each;
        lines.push(format!("{quantity} x {thing}   {}\n", money(quantity * each)));
    }
    let lines = lines.concat();
    let tax = net * 19 / 100;
    let currency = dice.of(&["EUR", "GBP", "USD"]);
    if comma {
        format!(
            "{supplier}\nRechnung Nr. {id} vom {day:02}.{month:02}.2025\n\n{lines}\nNetto {}\n19 % MwSt. {}\nGesamtbetrag {} {currency}\n",
            money(net),
            money(tax),
            money(net + tax)
        )
    } else {
        format!(
            "{supplier}\nInvoice {id}, 2025-{month:02}-{day:02}\n\n{lines}\nSubtotal {}\nVAT 19 % {}\nTotal {currency} {}\n",
            money(net),
            money(tax),
            money(net + tax)
        )
    }
}

/// A small generator of numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = self.below(list.len() as u64) as usize;
        list.get(at).copied().unwrap_or_default()
    }
}
