/** How money can come in: the API takes the name of a processor and, of some, a method in its own words. */
export const WAYS = [
  { name: "bank", sent: { processor: "sandbox" } },
  { name: "card", sent: { processor: "stripe", method: "pm_card_visa" } },
];
